;;; SPDX-License-Identifier: MIT OR Apache-2.0
;;; The Chicken sample: each `define-external` is a C function, declared in scheme.h. What this asks
;;; of the host goes through shim.c, and may come back.

(import (chicken base) (chicken condition) (chicken foreign) (chicken gc) (chicken memory)
        (chicken platform) (chicken port) (srfi 4))

(foreign-declare "#include \"scheme.h\"")

(define words 256)
(define blocks-per-mib 1024)
(define live-every 16)
(define reported 8)

(define emit (foreign-safe-lambda void "host_emit" c-string integer64))
(define live (foreign-safe-lambda void "host_live" c-pointer size_t))
(define apply-host (foreign-safe-lambda integer64 "host_apply" c-pointer c-pointer))
(define address (foreign-lambda* c-pointer ((u32vector block)) "C_return(block);"))
(define put-text
  (foreign-lambda* void ((c-pointer buf) (size_t len) (c-string text))
    "snprintf(buf, len, \"%s\", text);"))

(define-external (scm_version (c-pointer buf) (size_t len)) void
  (put-text buf len (string-append "chicken " (chicken-version))))

(define-external (scm_callback) void
  (display "Chicken callback!\n")
  (emit "callback" 0))

(define-external (scm_call (c-pointer fn) (c-pointer arg)) integer64
  (apply-host fn arg))

(define (new-block word)
  (make-u32vector words word))

(define (sum-of block)
  (do ((i 0 (+ i 1))
       (sum 0 (+ sum (u32vector-ref block i))))
      ((= i words) sum)))

(define-external (scm_churn (unsigned-integer32 mib) (unsigned-integer32 seed)) unsigned-integer64
  (let* ((blocks (* mib blocks-per-mib))
         (lives (quotient blocks live-every))
         (living (make-vector lives #f)))
    (do ((i 0 (+ i 1)))
        ((= i blocks))
      (let ((block (new-block (modulo (+ seed (* i 2654435761)) 4294967296))))
        (when (zero? (modulo i live-every))
          (vector-set! living (quotient i live-every) block))
        (when (= i (quotient blocks 2))
          (gc #t))))
    (gc #t)
    (let ((sum (do ((i 0 (+ i 1))
                    (sum 0 (+ sum (sum-of (vector-ref living i)))))
                   ((= i lives) sum))))
      (when (positive? lives)
        ;; Since the collection there is not enough garbage for another one that moves old objects.
        (do ((i 0 (+ i 1)))
            ((= i reported))
          (live (address (vector-ref living (quotient (* i lives) reported))) (* 4 words))))
      sum)))

(define (throw-error payload)
  (abort (make-property-condition 'raised 'payload payload)))

(define (risky payload)
  (throw-error payload)
  #f)

(define-external (scm_raise (integer64 payload)) integer64
  (condition-case (risky payload)
    (caught (raised) (get-condition-property caught 'raised 'payload))))

;; No tail calls, which leave nothing behind.
(define (coexist-depth-1)
  (string-append (coexist-depth-2) ""))

(define (coexist-depth-2)
  (string-append (coexist-depth-3) ""))

(define (coexist-depth-3)
  (call-with-output-string print-call-chain))

(define-external (scm_backtrace (c-pointer buf) (size_t len)) void
  (put-text buf len (coexist-depth-1)))

(define counter 0)

(define-external (scm_state) integer64
  (set! counter (+ counter 1))
  counter)

(cond-expand
  (eager (include "eager.scm"))
  (else))
(cond-expand
  (dual (include "dual.scm"))
  (else))

(return-to-host)
