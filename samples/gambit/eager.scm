;;; SPDX-License-Identifier: MIT OR Apache-2.0
;;; The Gambit sample's eager flavour: Scheme's own main, which runs at DT_INIT time.

(c-declare "#include \"coexist_runtime.h\"\nvoid runtime_callback(void);")

(define test
  (c-lambda (char-string) void "coexist_test(___arg1, runtime_callback);"))

(c-define (main) () void "scm_main" ""
  (display "Main, calling c\n")
  ;; C's library writes past Scheme's ports, and stdout may be a pipe.
  (force-output)
  (test "gambit")
  (force-output))
