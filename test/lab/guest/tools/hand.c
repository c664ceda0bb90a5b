/*
 * A hand on a knob, in the guest. It moves pins of gpio-sim as the contacts of an encoder and its button do, bouncing; or
 * makes input devices and turns those. Says how fast it was, and with -t when each detent was made (CLOCK_MONOTONIC).
 *
 *   hand [options] pins CHIP CLK DT SWITCH MOVE...   CHIP is gpio-sim's folder in sysfs
 *   hand [options] input ENCODER BUTTON MOVE...      event devices
 *   hand device NAME rel|key                         makes one, which is there for as long as this runs
 *
 * A move is +N or -N detents, down, up, or wait:MS. Options: -r detents a second, -s steps a detent, -b how often a contact
 * opens and closes again at most, -t, -u.
 *
 * It moves only while the processor has nothing else to do, so that a machine that is emulated too slowly for its speed
 * slows it down, and not the knob's edges pile up as on no Pi. With -u it is as urgent as everybody.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/uinput.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { CLK, DT, SWITCH, LINES };
enum { ENCODER, BUTTON, DEVICES };
/* Between two of a contact's bounces, at most. */
#define BOUNCE_NS 120000

static int rate = 100, steps = 4, bounces, telling, urgent;
/* Files: of lines, or of devices. */
static int lines[LINES];
static int is_input;
static int levels[LINES];
static long writes;
static long long next_ns;

static void die(const char *what)
{
	fprintf(stderr, "hand: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void sleep_until(long long ns)
{
	struct timespec at = {ns / 1000000000, ns % 1000000000};
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

static void put(int line, int level)
{
	const char *pull = level ? "pull-up" : "pull-down";
	if (pwrite(lines[line], pull, strlen(pull), 0) < 0)
		die("a pin cannot be moved");
	levels[line] = level;
	writes++;
}

/* The time is that of the first touch. */
static long long edge(int line, int level)
{
	long long at = now_ns();
	put(line, level);
	for (int count = bounces ? rand() % (bounces + 1) : 0; count > 0; count--) {
		for (int turn = 0; turn < 2; turn++) {
			long long until = now_ns() + rand() % BOUNCE_NS;
			while (now_ns() < until)
				;
			put(line, turn ? level : !level);
		}
	}
	return at;
}

static long long tell(int device, int type, int code, int value)
{
	struct input_event events[2] = {{.type = type, .code = code, .value = value}, {.type = EV_SYN}};
	long long at = now_ns();
	if (write(lines[device], events, sizeof events) != sizeof events)
		die("a device cannot be turned");
	writes++;
	return at;
}

/* Clockwise clk comes first: while the lines are alike it changes, else dt does; the other way round the other one. */
static long long step(int way)
{
	if (is_input)
		return tell(ENCODER, EV_REL, REL_X, way);
	int line = (levels[CLK] == levels[DT]) == (way > 0) ? CLK : DT;
	return edge(line, !levels[line]);
}

/* What is late is caught up with, but not all at once: edges that pile up are no knob's. */
static void pace(long long interval_ns)
{
	long long soonest_ns = now_ns() + interval_ns / 2;
	next_ns = next_ns + interval_ns > soonest_ns ? next_ns + interval_ns : soonest_ns;
}

static void turn(int detents)
{
	int way = detents < 0 ? -1 : 1, count = abs(detents), each = is_input ? 1 : steps;
	long long *made = malloc((count + 1) * sizeof *made), start = now_ns();
	writes = 0;
	next_ns = start;
	for (int detent = 0; detent < count; detent++) {
		for (int part = 0; part < each; part++) {
			sleep_until(next_ns);
			made[detent] = step(way);
			pace(1000000000LL / rate / each);
		}
	}
	printf("{\"turned\":%d,\"us\":%lld,\"writes\":%ld,\"at_us\":[", detents, (now_ns() - start) / 1000, writes);
	for (int detent = 0; telling && detent < count; detent++)
		printf("%s%lld", detent ? "," : "", made[detent] / 1000);
	printf("]}\n");
	free(made);
}

static void be(int policy)
{
	if (sched_setscheduler(0, policy, &(struct sched_param){policy == SCHED_FIFO}) < 0)
		die("its urgency");
}

/* A button is debounced by time: the contact's bounce is not to be stretched by what it wakes. */
static void press(int down)
{
	if (is_input) {
		tell(BUTTON, EV_KEY, BTN_0, down);
		return;
	}
	be(SCHED_FIFO);
	edge(SWITCH, !down);
	be(urgent ? SCHED_OTHER : SCHED_IDLE);
}

static void move(const char *what)
{
	if (*what == '+' || *what == '-')
		turn(atoi(what));
	else if (strcmp(what, "down") == 0 || strcmp(what, "up") == 0)
		press(*what == 'd');
	else if (strncmp(what, "wait:", 5) == 0)
		sleep_until(now_ns() + atoi(what + 5) * 1000000LL);
	else {
		fprintf(stderr, "hand: what is %s?\n", what);
		exit(2);
	}
}

static void take_pin(int line, const char *chip, const char *pin)
{
	char path[300], pull[20] = "";
	snprintf(path, sizeof path, "%s/sim_gpio%s/pull", chip, pin);
	lines[line] = open(path, O_RDWR);
	if (lines[line] < 0 || pread(lines[line], pull, sizeof pull - 1, 0) < 0)
		die(path);
	levels[line] = strncmp(pull, "pull-up", 7) == 0;
}

static void take_device(int line, const char *path)
{
	lines[line] = open(path, O_WRONLY);
	if (lines[line] < 0)
		die(path);
}

static void make_device(const char *name, int is_key)
{
	struct uinput_setup setup = {.id = {.bustype = BUS_HOST}};
	int device = open("/dev/uinput", O_WRONLY);
	if (device < 0)
		die("/dev/uinput");
	strncpy(setup.name, name, sizeof setup.name - 1);
	if (is_key ? ioctl(device, UI_SET_EVBIT, EV_KEY) < 0 || ioctl(device, UI_SET_KEYBIT, BTN_0) < 0
		   : ioctl(device, UI_SET_EVBIT, EV_REL) < 0 || ioctl(device, UI_SET_RELBIT, REL_X) < 0)
		die("the device's kind");
	if (ioctl(device, UI_DEV_SETUP, &setup) < 0 || ioctl(device, UI_DEV_CREATE) < 0)
		die("the device");
	pause();
}

int main(int count, char **words)
{
	for (int option; (option = getopt(count, words, "+r:s:b:tu")) != -1;) {
		int *number = option == 'r' ? &rate : option == 's' ? &steps : &bounces;
		if (option == 't')
			telling = 1;
		else if (option == 'u')
			urgent = 1;
		else if (option == '?')
			return 2;
		else
			*number = atoi(optarg);
	}
	words += optind;
	count -= optind;
	srand(1);
	prctl(PR_SET_TIMERSLACK, 1);
	be(urgent ? SCHED_OTHER : SCHED_IDLE);
	if (count == 3 && strcmp(words[0], "device") == 0)
		make_device(words[1], *words[2] == 'k');
	is_input = count > 3 && strcmp(words[0], "input") == 0;
	if (!is_input && (count <= 5 || strcmp(words[0], "pins") != 0))
		return 2;
	int first = is_input ? 1 : 2, many = is_input ? DEVICES : LINES;
	for (int line = 0; line < many; line++) {
		if (is_input)
			take_device(line, words[first + line]);
		else
			take_pin(line, words[1], words[first + line]);
	}
	for (int word = first + many; word < count; word++)
		move(words[word]);
	return 0;
}
