import type { OfficialFile } from '../contract/index.ts';

/**
 * The files known datasets are published as. Sizes and SHA-256 are those that TensorFlow Datasets keeps with its
 * builders (`url_checksums/*.txt`); the same files have the MD5s of torchvision.
 */

type IdxFiles = Record<'trainImages' | 'trainLabels' | 'testImages' | 'testLabels', [bytes: number, sha256: string]>;

/** The names that MNIST gave its four files, and every dataset made after it kept. */
function idxFiles(address: string, { trainImages, trainLabels, testImages, testLabels }: IdxFiles): OfficialFile[] {
  const file = (name: string, [bytes, sha256]: [number, string]) => ({ name, url: `${address}${name}`, bytes, sha256 });
  return [
    file('train-images-idx3-ubyte.gz', trainImages),
    file('train-labels-idx1-ubyte.gz', trainLabels),
    file('t10k-images-idx3-ubyte.gz', testImages),
    file('t10k-labels-idx1-ubyte.gz', testLabels),
  ];
}

export const MNIST_FILES = idxFiles('https://storage.googleapis.com/cvdf-datasets/mnist/', {
  trainImages: [9_912_422, '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'],
  trainLabels: [28_881, '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c'],
  testImages: [1_648_877, '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6'],
  testLabels: [4_542, 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'],
});

// The authors' server answers http only; the checksums make up for it.
export const FASHION_MNIST_FILES = idxFiles('http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/', {
  trainImages: [26_421_880, '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84'],
  trainLabels: [29_515, 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845'],
  testImages: [4_422_102, '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073'],
  testLabels: [5_148, '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5'],
});

export const KMNIST_FILES = idxFiles('http://codh.rois.ac.jp/kmnist/dataset/kmnist/', {
  trainImages: [18_165_135, '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4'],
  trainLabels: [29_497, 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17'],
  testImages: [3_041_136, 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5'],
  testLabels: [5_120, '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c'],
});

const cifarArchive = (name: string, bytes: number, sha256: string): OfficialFile[] => [
  { name, url: `https://www.cs.toronto.edu/~kriz/${name}`, bytes, sha256 },
];

export const CIFAR_10_FILES = cifarArchive(
  'cifar-10-binary.tar.gz',
  170_052_171,
  'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
);

export const CIFAR_100_FILES = cifarArchive(
  'cifar-100-binary.tar.gz',
  168_513_733,
  '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
);
