;; SPDX-License-Identifier: MIT OR Apache-2.0
;; The Guile sample: the contract by the language and its library. It is compiled when the library
;; is built, and runs in a module of the library's own, where the shim has defined host-….

(use-modules (ice-9 control) (ice-9 exceptions) (ice-9 threads) (srfi srfi-4)
             (system vm vm))

(define live-every 16)
(define reported 8)
(define blocks-per-mib 1024)
(define words 256)

(define counter 0)
(define counting (make-mutex))

;; A port may lose what two threads write to it at once.
(define printing (make-mutex))

(define (entry-version)
  (string-append "Guile " (version)))

(define (entry-callback)
  (with-mutex printing
    (display "Guile callback!\n"))
  (host-emit "callback" 0))

(define (entry-call fn arg)
  (host-apply fn arg))

(define (sum-of block)
  (let loop ((i 0) (sum 0))
    (if (= i words)
        sum
        (loop (+ i 1) (+ sum (u32vector-ref block i))))))

(define (report-living living)
  (let ((count (vector-length living)))
    (do ((i 0 (+ i 1)))
        ((= i (min reported count)))
      (host-live (vector-ref living (quotient (* i count) reported))))))

(define (entry-churn mib seed)
  (let* ((blocks (* mib blocks-per-mib))
         (living (make-vector (quotient blocks live-every))))
    (do ((i 0 (+ i 1)))
        ((= i blocks))
      (let ((block (make-u32vector words (modulo (+ seed (* i 2654435761)) 4294967296))))
        (when (zero? (modulo i live-every))
          (vector-set! living (quotient i live-every) block)))
      (when (= i (quotient blocks 2))
        (gc)))
    (gc)
    (let ((sum (apply + (map sum-of (vector->list living)))))
      (report-living living)
      sum)))

(define &raised
  (make-exception-type '&raised &error '(payload)))
(define make-raised (record-constructor &raised))
(define raised-payload (record-accessor &raised 'payload))

(define (risky payload)
  (raise-exception (make-raised payload)))

(define (outer payload)
  (+ 1 (risky payload)))

(define (entry-raise payload)
  (guard (caught (((record-predicate &raised) caught) (raised-payload caught)))
    (outer payload)))

(define (recurse depth)
  (+ 1 (recurse (+ depth 1))))

;; Without a limit, a stack grows until the memory is used up.
(define (entry-overflow)
  (let/ec escape
    (call-with-stack-overflow-handler 100000
      (lambda () (recurse 0))
      (lambda () (escape 0)))))

(define (entry-spawn fn arg)
  (join-thread (call-with-new-thread (lambda () (host-apply fn arg)))))

(define (entry-spin n)
  (do ((i 0 (+ i 1)))
      ((= i n) 0)
    (call-with-new-thread (lambda () (let loop ((i 0)) (loop (modulo (+ i 1) 1000)))))))

;; No tail calls, which leave no trace.
(define (coexist-depth-1)
  (string-append (coexist-depth-2) ""))

(define (coexist-depth-2)
  (string-append (coexist-depth-3) ""))

(define (coexist-depth-3)
  (string-append
    (call-with-output-string
      (lambda (port)
        (display-backtrace (make-stack #t) port)))
    ""))

(set! coexist-depth-1 coexist-depth-1)
(set! coexist-depth-2 coexist-depth-2)
(set! coexist-depth-3 coexist-depth-3)

(define (entry-backtrace)
  (coexist-depth-1))

(define (entry-state)
  (with-mutex counting
    (set! counter (+ counter 1))
    counter))

(define (entry-main)
  (display "Main, calling c\n")
  ;; Whoever comes next writes past Guile's buffer, and stdout may be a pipe.
  (force-output)
  (host-test "guile")
  (force-output))
