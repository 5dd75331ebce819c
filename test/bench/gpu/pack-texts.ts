/** Starts the benchmark with the folder's own Vulkan loader where the system has none. */
export const RUN_SCRIPT = `#!/bin/sh
# ./run.sh [--json] [--case mlp | conv | resnet18] [--rounds N] [--seconds N] [--python FILE] [--software]
here=$(cd "$(dirname "$0")" && pwd)
has_loader() {
  { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -q 'libvulkan\\.so\\.1'
}
if [ -d "$here/vulkan" ]; then
  has_loader || export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/vulkan/loader"
  for argument in "$@"; do
    if [ "$argument" = --software ] && [ -z "$VK_ICD_FILENAMES" ]; then
      export VK_ICD_FILENAMES="$here/vulkan/vk_swiftshader_icd.json"
    fi
  done
fi
exec node "$here/gpu-bench.mjs" "$@"
`;

export const PACKED_README = (build: string, hasVulkan: boolean): string => `# Espalier's benchmark on a graphics card

For ${build}, Node 20.11 or newer, and a Vulkan driver (on Windows Direct3D 12, on macOS Metal). No network is needed.

    ./run.sh                  the whole benchmark: some minutes
    ./run.sh --json           one JSON document on standard output
    ./run.sh --case mlp       one of mlp, conv, resnet18
    node gpu-bench.mjs        the same without run.sh

Where \`python3\` (or \`--python FILE\`) has PyTorch with CUDA, the same networks run there in turns. The table goes to
standard output, the numbers also to \`gpu-result.json\` beside this file; send that.

- "finds no graphics adapter" on a machine with an NVIDIA card: the driver's Vulkan part is missing. It is in
  \`libnvidia-gl-*\` (Debian \`nvidia-vulkan-icd\`); in a container \`NVIDIA_DRIVER_CAPABILITIES\` must contain \`graphics\`,
  or be \`all\`. \`ls /usr/share/vulkan/icd.d /etc/vulkan/icd.d\` must list \`nvidia_icd.json\`.
- Close what else uses the card, and let it warm up: run twice, keep the second.
${
  hasVulkan
    ? `- \`vulkan/\` has a Vulkan loader, which run.sh takes where the system has none, and a software driver:
  \`./run.sh --software --seconds 0.1\` runs small shapes on it to test this folder. Its numbers are no measurement.
`
    : ''
}`;
