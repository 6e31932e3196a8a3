;;; SPDX-License-Identifier: MIT OR Apache-2.0
;;; The Chicken sample's eager flavour: Scheme's own main, which runs at DT_INIT time.

(define test (foreign-safe-lambda void "host_test" c-string))

(define-external (scm_main) void
  (print "Main, calling c")
  (test "chicken"))
