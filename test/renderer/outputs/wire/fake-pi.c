/*
 * Stands in for the hardware beneath rpi_ws281x, loaded before it with LD_PRELOAD: the board, the mailbox of the
 * video processor and the memory of the peripherals. Everything above it is the unmodified addon. Each time the library
 * waits for a transfer, the bytes of its buffer go to the file that FAKE_PI_OUT names, as a line of hex.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dma.h"
#include "rpihw.h"
#include "ws2811.h"

/* Where the mailbox says that its memory lies on the bus; as a physical address the top two bits are gone. */
#define BUS_ADDRESS 0xc0001000u
#define PHYSICAL_ADDRESS 0x00001000u
/* The clock manager's registers of PWM (and PCM) within the peripherals (BCM2835 ARM Peripherals, 6.3). */
#define CLOCK_PWM 0x001010a0u
#define CLOCK_PCM 0x00101098u
#define PERIPHERAL_MASK 0x00ffffffu
#define CLOCK_ENABLE 0x10u
#define CLOCK_BUSY 0x80u
#define ROOM 8192

static const rpi_hw_t board = {
    .type = RPI_HWVER_TYPE_PI4,
    .hwver = 0xc03112,
    .periph_base = 0xfe000000,
    .videocore_base = 0xc0000000,
    .desc = "fake",
};

static dma_cb_t *transfer;
static volatile uint32_t *clock_control;

const rpi_hw_t *rpi_hw_detect(void) { return &board; }

int mbox_open(void) { return 3; }
void mbox_close(int handle) { (void)handle; }
uint32_t mem_alloc(int handle, uint32_t size, uint32_t align, uint32_t flags) {
    (void)handle, (void)size, (void)align, (void)flags;
    return 1;
}
uint32_t mem_free(int handle, uint32_t reference) { return (void)handle, (void)reference, 0; }
uint32_t mem_lock(int handle, uint32_t reference) { return (void)handle, (void)reference, BUS_ADDRESS; }
uint32_t mem_unlock(int handle, uint32_t reference) { return (void)handle, (void)reference, 0; }

/* A clock that is switched on becomes busy, one that is switched off stops being so: the library waits for both. */
static void *run_clock(void *unused) {
    (void)unused;
    for (;;) {
        uint32_t control = *clock_control;
        if ((control & CLOCK_ENABLE) != 0) *clock_control = control | CLOCK_BUSY;
        else *clock_control = control & ~CLOCK_BUSY;
        usleep(50);
    }
    return NULL;
}

void *mapmem(uint32_t base, uint32_t size, const char *device) {
    (void)device;
    void *memory = mmap(NULL, size + ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) abort();
    uint32_t offset = base & PERIPHERAL_MASK;
    if (base == PHYSICAL_ADDRESS) transfer = memory;
    if (clock_control == NULL && (offset == CLOCK_PWM || offset == CLOCK_PCM)) {
        pthread_t thread;
        clock_control = memory;
        if (pthread_create(&thread, NULL, run_clock, NULL) != 0) abort();
    }
    return memory;
}

void *unmapmem(void *address, uint32_t size) { return (void)size, address; }

ws2811_return_t ws2811_wait(ws2811_t *ws2811) {
    (void)ws2811;
    if (transfer == NULL) return WS2811_SUCCESS;
    FILE *out = fopen(getenv("FAKE_PI_OUT"), "a");
    if (out == NULL) abort();
    const uint8_t *raw = (const uint8_t *)transfer + sizeof(dma_cb_t);
    for (uint32_t at = 0; at < transfer->txfr_len; at += 1) fprintf(out, "%02x", raw[at]);
    fputc('\n', out);
    fclose(out);
    return WS2811_SUCCESS;
}
