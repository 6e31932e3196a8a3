/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Takes away at exit what its busy threads still use. */
#define SAMPLE busy_at_exit
#define ID "busy-at-exit"
#define SPIN spin
#include "coexist_runtime.h"
static int spin(uint32_t n);
#include "skeleton.h"
#include <sys/mman.h>
#include <unistd.h>

static volatile int *numbers;

static void *count(void *arg)
{
    while (*numbers == 0)
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    return arg;
}

static int spin(uint32_t n)
{
    numbers = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (numbers == MAP_FAILED)
        return 1;
    pthread_t thread;
    int error = 0;
    while (n-- > 0 && error == 0)
        error = pthread_create(&thread, NULL, count, NULL);
    return error;
}

__attribute__((destructor)) static void take_away(void)
{
    if (numbers != NULL) {
        munmap((void *)(uintptr_t)numbers, 4096);
        usleep(100000);
    }
}
