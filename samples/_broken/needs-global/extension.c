/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* An extension module: what it needs of its interpreter, it expects to find in the process. */
int interpreter_entry(int number);

__attribute__((visibility("default"))) int extension_entry(int number)
{
    return interpreter_entry(number) + 1;
}
