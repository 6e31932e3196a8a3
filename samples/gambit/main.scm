;;; SPDX-License-Identifier: MIT OR Apache-2.0
;;; The Gambit sample: each `c-define` is a C function, declared in runtime.c.

(c-declare #<<END
#include "coexist_runtime.h"
extern const coexist_host *scm_host;
END
)

(define words 256)
(define blocks-per-mib 1024)
(define live-every 16)
(define reported 8)

(define emit
  (c-lambda (char-string int64) void
    "if (scm_host) scm_host->emit(scm_host, ___arg1, ___arg2);"))

(define live
  (c-lambda (scheme-object size_t) void
    "if (scm_host) scm_host->live(scm_host, ___CAST(void *, ___BODY(___arg1)), ___arg2);"))

(define apply-host
  (c-lambda (unsigned-int64 unsigned-int64) int64
    "___return(((coexist_fn)___arg1)((void *)___arg2));"))

(c-define (version) () char-string "scm_version" ""
  (string-append "gambit " (system-version-string)))

(c-define (callback) () void "scm_callback" ""
  (println "Gambit callback!")
  (emit "callback" 0))

(c-define (call fn arg) (unsigned-int64 unsigned-int64) int64 "scm_call" ""
  (apply-host fn arg))

(define (new-block word)
  (make-u32vector words word))

(define (sum-of block)
  (do ((i 0 (+ i 1))
       (sum 0 (+ sum (u32vector-ref block i))))
      ((= i words) sum)))

(c-define (churn mib seed) (unsigned-int32 unsigned-int32) unsigned-int64 "scm_churn" ""
  (let* ((blocks (* mib blocks-per-mib))
         (lives (quotient blocks live-every))
         (living (make-vector lives #f)))
    (do ((i 0 (+ i 1)))
        ((= i blocks))
      (let ((block (new-block (modulo (+ seed (* i 2654435761)) 4294967296))))
        (if (zero? (modulo i live-every))
            (vector-set! living (quotient i live-every) block))
        (if (= i (quotient blocks 2))
            (##gc))))
    (##gc)
    (let ((sum 0))
      (do ((i 0 (+ i 1)))
          ((= i lives))
        (set! sum (+ sum (sum-of (vector-ref living i)))))
      (if (positive? lives)
          (do ((i 0 (+ i 1)))
              ((= i reported))
            (live (vector-ref living (quotient (* i lives) reported)) 1024)))
      sum)))

(define-type sample-error payload)

(define (throw-error payload)
  (raise (make-sample-error payload)))

(define (risky payload)
  (throw-error payload)
  #f)

(c-define (raise-error payload) (int64) int64 "scm_raise" ""
  (with-exception-catcher
    (lambda (error) (sample-error-payload error))
    (lambda () (risky payload))))

;; Gambit's threads are its own, on the caller's.
(c-define (spawn fn arg) (unsigned-int64 unsigned-int64) int64 "scm_spawn" ""
  (thread-join! (thread-start! (make-thread (lambda () (apply-host fn arg))))))

(define (coexist-depth-1)
  (let ((trace (coexist-depth-2)))
    (string-append trace "")))

(define (coexist-depth-2)
  (let ((trace (coexist-depth-3)))
    (string-append trace "")))

(define (frame-names frame)
  (let ((creator (and frame (##continuation-creator frame))))
    (cond ((not frame) "")
          (creator (string-append (object->string (##procedure-name creator)) "\n" (frame-names (##continuation-next frame))))
          (else (frame-names (##continuation-next frame))))))

(define (coexist-depth-3)
  (let ((trace (##continuation-capture frame-names)))
    (string-append trace "")))

(c-define (backtrace) () char-string "scm_backtrace" ""
  (string-append (coexist-depth-1) ""))

(define counter 0)

(c-define (state) () int64 "scm_state" ""
  (set! counter (+ counter 1))
  counter)
