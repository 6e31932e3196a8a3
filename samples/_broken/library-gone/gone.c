/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* libgone.so: it is here while the sample is built, and not beside it afterwards. */
int coexist_gone(void);

int coexist_gone(void)
{
    return 0;
}
