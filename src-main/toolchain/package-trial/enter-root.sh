#!/bin/sh
# enter-root.sh ROOT COMMAND ...: makes ROOT the root of this mount namespace and runs COMMAND in it. Started in
# namespaces of its own (unshare --mount --pid --fork): what is mounted and started here ends with it.
# Not a chroot, in which the kernel refuses the user namespaces that Chromium's sandbox is made of.
set -eu
root=$1
shift
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/shm dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for device in null zero full random urandom tty; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
pivot_root . mnt
umount -l /mnt
# Not exec: as the first process of the namespace this shell waits for what the command leaves behind.
"$@"
