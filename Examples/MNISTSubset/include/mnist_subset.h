// The first 6,000 training and the first 1,000 test images of MNIST with their labels, as four gzipped IDX files that
// are part of the program.
#pragma once

#include <stddef.h>

/// The content of one file.
typedef struct {
  const unsigned char *_Nonnull bytes;
  size_t count;
} mnist_subset_file;

/// train-images-idx3-ubyte.gz: 6,000 images of 28 × 28 pixels.
mnist_subset_file mnist_subset_train_images(void);
/// train-labels-idx1-ubyte.gz: their digits.
mnist_subset_file mnist_subset_train_labels(void);
/// t10k-images-idx3-ubyte.gz: 1,000 images of 28 × 28 pixels.
mnist_subset_file mnist_subset_test_images(void);
/// t10k-labels-idx1-ubyte.gz: their digits.
mnist_subset_file mnist_subset_test_labels(void);
