#include "mnist_subset.h"

static const unsigned char train_images[] = {
#embed "data/train-images-idx3-ubyte.gz"
};
static const unsigned char train_labels[] = {
#embed "data/train-labels-idx1-ubyte.gz"
};
static const unsigned char test_images[] = {
#embed "data/t10k-images-idx3-ubyte.gz"
};
static const unsigned char test_labels[] = {
#embed "data/t10k-labels-idx1-ubyte.gz"
};

#define FILE_OF(array) ((mnist_subset_file){array, sizeof array})

mnist_subset_file mnist_subset_train_images(void) { return FILE_OF(train_images); }
mnist_subset_file mnist_subset_train_labels(void) { return FILE_OF(train_labels); }
mnist_subset_file mnist_subset_test_images(void) { return FILE_OF(test_images); }
mnist_subset_file mnist_subset_test_labels(void) { return FILE_OF(test_labels); }
