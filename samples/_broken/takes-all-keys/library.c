/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Wants many keys for data of threads, and leaves none. */
#define SAMPLE takes_all_keys
#define ID "takes-all-keys"
#define START take_keys
#include "coexist_runtime.h"
static int take_keys(const coexist_host *host);
#include "skeleton.h"

static int take_keys(const coexist_host *host)
{
    pthread_key_t key;
    if (pthread_key_create(&key, NULL) != 0)
        return 1;
    while (pthread_key_create(&key, NULL) == 0)
        ;
    return sample_start(host);
}
