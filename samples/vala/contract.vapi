// SPDX-License-Identifier: MIT OR Apache-2.0
// What Vala calls in C: the contract's functions and the shim's.
[CCode (cheader_filename = "shim.h")]
namespace Contract {
    [CCode (cname = "coexist_fn", has_target = false)]
    public delegate int64 HostFunction (void* arg);

    [CCode (cname = "shim_emit")]
    public void emit (string what, int64 value);
    [CCode (cname = "shim_live")]
    public void live (void* block, size_t size);

    [CCode (cname = "shim_back", has_target = false)]
    public delegate void Back ();
    [CCode (cname = "coexist_test")]
    public void test (string name, Back back);
}
