// Lays images out for convolutions: see convolution_layout.h.
#include <string.h>

#include "convolution_layout.h"

void mk_finish_layout(mk_layout *image) {
  image->box = volume(image->size);
  image->channel = image->box * volume(image->phases);
  image->in_place = true;
  for (int d = 0; d < 3; d++)
    if (image->start[d] != 0 || image->step[d] != 1 || image->size[d] != image->source[d]) image->in_place = false;
}

// One row of a box: source elements from + i·step where they exist, else zero.
static void lay_row(int64_t item, const char *source, int64_t extent, int64_t from, int64_t step, int64_t count, char *target) {
  const int64_t before = from >= 0 ? 0 : minimum(count, quotient_up(-from, step));
  const int64_t end = from >= extent ? 0 : minimum(count, (extent - 1 - from) / step + 1);
  const int64_t inside = maximum(0, end - before);
  memset(target, 0, (size_t)(before * item));
  const char *first = source + (from + before * step) * item;
  char *to = target + before * item;
  if (step == 1) memcpy(to, first, (size_t)(inside * item));
  else if (item == 4)
    for (int64_t i = 0; i < inside; i++) ((uint32_t *)(void *)to)[i] = ((const uint32_t *)(const void *)first)[i * step];
  else
    for (int64_t i = 0; i < inside; i++) ((uint64_t *)(void *)to)[i] = ((const uint64_t *)(const void *)first)[i * step];
  memset(to + inside * item, 0, (size_t)((count - before - inside) * item));
}

static void lay_channel(const mk_layout *image, int64_t item, const char *source, char *target) {
  const int64_t row = image->size[2] * item;
  for (int64_t pz = 0; pz < image->phases[0]; pz++)
    for (int64_t py = 0; py < image->phases[1]; py++)
      for (int64_t px = 0; px < image->phases[2]; px++)
        for (int64_t z = 0; z < image->size[0]; z++)
          for (int64_t y = 0; y < image->size[1]; y++, target += row) {
            const int64_t sz = image->start[0] + pz + z * image->step[0], sy = image->start[1] + py + y * image->step[1];
            if (sz < 0 || sz >= image->source[0] || sy < 0 || sy >= image->source[1]) memset(target, 0, (size_t)row);
            else
              lay_row(item, source + (sz * image->source[1] + sy) * image->source[2] * item, image->source[2], image->start[2] + px,
                      image->step[2], image->size[2], target);
          }
}

// A laid out image: some channels of it, or a place in the source.
typedef struct laying { const mk_layout *image; int64_t item, channels, each; const char *source; char *target; } laying;

static void lay_channels(void *context, int64_t chunk) {
  const laying *work = context;
  const int64_t last = minimum((chunk + 1) * work->each, work->channels);
  for (int64_t channel = chunk * work->each; channel < last; channel++)
    lay_channel(work->image, work->item, work->source + channel * volume(work->image->source) * work->item,
                work->target + channel * work->image->channel * work->item);
}

const char *mk_lay_out(const mk_layout *image, int64_t item, int64_t channels, const char *source, const char *source_end, int64_t beyond,
                           char *target) {
  if (image->in_place && (source_end - source) / item >= channels * image->channel + beyond) return source;
  laying work = {image, item, channels, maximum(1, 16384 / maximum(image->channel, 1)), source, target};
  mk_parallel(quotient_up(channels, work.each), lay_channels, &work);
  return target;
}

mk_layout mk_input_layout(const mk_convolution *geometry) {
  mk_layout image;
  for (int d = 0; d < 3; d++) {
    const int64_t stride = geometry->stride[d], reach = (geometry->kernel[d] - 1) * geometry->dilation[d];
    image.source[d] = geometry->input[d];
    image.start[d] = -geometry->padding[d];
    image.step[d] = stride;
    image.phases[d] = minimum(stride, reach + 1);
    image.size[d] = geometry->output[d] + reach / stride;
    if (stride == 1 && geometry->padding[d] == 0 && image.size[d] < geometry->input[d]) image.size[d] = geometry->input[d];
  }
  mk_finish_layout(&image);
  return image;
}

void mk_input_offsets(const mk_convolution *geometry, const mk_layout *image, int64_t channels, int64_t *offsets) {
  for (int64_t channel = 0; channel < channels; channel++)
    for (int64_t z = 0; z < geometry->kernel[0]; z++)
      for (int64_t y = 0; y < geometry->kernel[1]; y++)
        for (int64_t x = 0; x < geometry->kernel[2]; x++) {
          const int64_t at[3] = {z * geometry->dilation[0], y * geometry->dilation[1], x * geometry->dilation[2]};
          int64_t phase = 0, index = 0;
          for (int d = 0; d < 3; d++) {
            phase = phase * image->phases[d] + at[d] % geometry->stride[d];
            index = index * image->size[d] + at[d] / geometry->stride[d];
          }
          *offsets++ = channel * image->channel + phase * image->box + index;
        }
}
