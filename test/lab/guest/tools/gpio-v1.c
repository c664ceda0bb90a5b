/*
 * Loaded into programs of gpiod 1.6 in the guest: answers version 1 of the kernel's GPIO interface, which the guest's kernel
 * is built without, by version 2 of it. As the old one did, each line has a file of its own, whose events are read one by one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FILES 1024
/* Which files tell the events of lines. */
static char tells[FILES];

static int real_ioctl(int file, unsigned long what, void *with)
{
	static int (*next)(int, unsigned long, void *);
	if (!next)
		next = (int (*)(int, unsigned long, void *))dlsym(RTLD_NEXT, "ioctl");
	return next(file, what, with);
}

static __u64 bias(__u32 old)
{
	if (old & GPIOHANDLE_REQUEST_BIAS_PULL_UP)
		return GPIO_V2_LINE_FLAG_BIAS_PULL_UP;
	if (old & GPIOHANDLE_REQUEST_BIAS_PULL_DOWN)
		return GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN;
	return old & GPIOHANDLE_REQUEST_BIAS_DISABLE ? GPIO_V2_LINE_FLAG_BIAS_DISABLED : 0;
}

static int take(int chip, struct gpio_v2_line_request *request, const char *consumer, __u32 old, __u64 edges)
{
	memcpy(request->consumer, consumer, sizeof request->consumer);
	request->config.flags = GPIO_V2_LINE_FLAG_INPUT | bias(old) | edges;
	return real_ioctl(chip, GPIO_V2_GET_LINE_IOCTL, request);
}

static int take_lines(int chip, struct gpiohandle_request *old)
{
	struct gpio_v2_line_request request = {.num_lines = old->lines};
	memcpy(request.offsets, old->lineoffsets, sizeof request.offsets);
	int result = take(chip, &request, old->consumer_label, old->flags, 0);
	old->fd = request.fd;
	return result;
}

static int take_events(int chip, struct gpioevent_request *old)
{
	struct gpio_v2_line_request request = {.num_lines = 1, .offsets = {old->lineoffset}};
	__u64 edges = (old->eventflags & GPIOEVENT_REQUEST_RISING_EDGE ? GPIO_V2_LINE_FLAG_EDGE_RISING : 0) |
		      (old->eventflags & GPIOEVENT_REQUEST_FALLING_EDGE ? GPIO_V2_LINE_FLAG_EDGE_FALLING : 0);
	int result = take(chip, &request, old->consumer_label, old->handleflags, edges);
	old->fd = request.fd;
	if (result == 0 && request.fd < FILES)
		tells[request.fd] = 1;
	return result;
}

static int read_levels(int file, struct gpiohandle_data *old)
{
	struct gpio_v2_line_values values = {.mask = ~0ULL};
	int result = real_ioctl(file, GPIO_V2_LINE_GET_VALUES_IOCTL, &values);
	for (int line = 0; result >= 0 && line < GPIOHANDLES_MAX; line++)
		old->values[line] = values.bits >> line & 1;
	return result;
}

static int describe(int chip, struct gpioline_info *old)
{
	struct gpio_v2_line_info info = {.offset = old->line_offset};
	int result = real_ioctl(chip, GPIO_V2_GET_LINEINFO_IOCTL, &info);
	old->flags = info.flags & GPIO_V2_LINE_FLAG_USED ? GPIOLINE_FLAG_KERNEL : 0;
	memcpy(old->name, info.name, sizeof old->name);
	memcpy(old->consumer, info.consumer, sizeof old->consumer);
	return result;
}

int ioctl(int file, unsigned long what, ...)
{
	va_list words;
	va_start(words, what);
	void *with = va_arg(words, void *);
	va_end(words);
	switch (what) {
	case GPIO_GET_LINEHANDLE_IOCTL:
		return take_lines(file, with);
	case GPIO_GET_LINEEVENT_IOCTL:
		return take_events(file, with);
	case GPIOHANDLE_GET_LINE_VALUES_IOCTL:
		return read_levels(file, with);
	case GPIO_GET_LINEINFO_IOCTL:
		return describe(file, with);
	default:
		return real_ioctl(file, what, with);
	}
}

ssize_t read(int file, void *into, size_t size)
{
	static ssize_t (*next)(int, void *, size_t);
	if (!next)
		next = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	if (file < 0 || file >= FILES || !tells[file])
		return next(file, into, size);
	struct gpio_v2_line_event event;
	struct gpioevent_data *old = into;
	if (size < sizeof *old) {
		errno = EINVAL;
		return -1;
	}
	ssize_t got = next(file, &event, sizeof event);
	if (got != sizeof event)
		return got;
	memset(old, 0, sizeof *old);
	old->timestamp = event.timestamp_ns;
	old->id = event.id == GPIO_V2_LINE_EVENT_RISING_EDGE ? GPIOEVENT_EVENT_RISING_EDGE : GPIOEVENT_EVENT_FALLING_EDGE;
	return sizeof *old;
}

int close(int file)
{
	static int (*next)(int);
	if (!next)
		next = (int (*)(int))dlsym(RTLD_NEXT, "close");
	if (file >= 0 && file < FILES)
		tells[file] = 0;
	return next(file);
}
