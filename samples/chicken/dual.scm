;;; SPDX-License-Identifier: MIT OR Apache-2.0
;;; The Chicken sample's dual flavour: the library as a program.

(define argument
  (foreign-lambda* c-string ((c-pointer argv) (int i)) "C_return(((char **)argv)[i]);"))
(define base (foreign-lambda c-pointer "program_base"))

(define-external (scm_program (c-pointer argv)) int
  (let loop ((i 1) (status 0))
    (let ((text (argument argv i)))
      (cond ((not text) status)
            ((string=? text "--exit")
             (loop (+ i 2) (string->number (argument argv (+ i 1)))))
            ((string=? text "--where")
             (print "loaded at 0x" (number->string (pointer->address (base)) 16))
             (loop (+ i 1) status))
            (else
             (print "argument: " text)
             (loop (+ i 1) status))))))
