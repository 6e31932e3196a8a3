/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The two halves of a runtime. */
#ifndef HALVES_H
#define HALVES_H

int rest_id(void);
void core_start(int own_rest);

#endif
