;;; SPDX-License-Identifier: MIT OR Apache-2.0
;;; The ECL sample. EMIT, LIVE, APPLY-HOST and TEST are the shim's.

(defpackage "COEXIST" (:use "CL"))
(in-package "COEXIST")

(defconstant +words+ 256)
(defconstant +blocks-per-mib+ 1024)
(defconstant +live-every+ 16)
(defconstant +reported+ 8)

(defvar *counter* 0)
(defvar *counter-lock* (mp:make-lock :name "counter"))

(defun version ()
  (coerce (format nil "~a ~a" (lisp-implementation-type) (lisp-implementation-version)) 'base-string))

(defun callback ()
  (format t "ECL callback!~%")
  (emit "callback" 0))

(defun call (fn arg)
  (apply-host fn arg))

(defun new-block (word)
  (make-array +words+ :element-type '(unsigned-byte 32) :initial-element word))

(defun churn (mib seed)
  (let* ((blocks (* mib +blocks-per-mib+))
         (lives (floor blocks +live-every+))
         (living (make-array lives)))
    (dotimes (i blocks)
      (let ((block (new-block (mod (+ seed (* i 2654435761)) 4294967296))))
        (when (zerop (mod i +live-every+))
          (setf (aref living (floor i +live-every+)) block)))
      (when (= i (floor blocks 2))
        (ext:gc t)))
    (ext:gc t)
    (let ((sum 0))
      (dotimes (i lives)
        (incf sum (reduce #'+ (aref living i))))
      (dotimes (i (if (zerop lives) 0 +reported+))
        (live (aref living (floor (* i lives) +reported+))))
      sum)))

(define-condition sample-error (error)
  ((payload :initarg :payload :reader payload)))

(defun throw-error (payload)
  (error 'sample-error :payload payload))

(defun risky (payload)
  (throw-error payload))

(defun raise (payload)
  (handler-case (risky payload)
    (sample-error (condition) (payload condition))))

(defun read-through (pointer)
  (ffi:deref-pointer pointer :int))

(defun fault ()
  (handler-case (progn (read-through (ffi:make-pointer 0 :int)) 1)
    (ext:segmentation-violation () 0)
    (error () 1)))

(defun descend (level)
  (1+ (descend (1+ level))))

(defun overflow ()
  (handler-case (progn (descend 0) 1)
    (ext:stack-overflow () 0)))

(defun spawn (fn arg)
  (mp:process-join (mp:process-run-function "spawned" #'apply-host fn arg)))

(defun spin (n)
  (dotimes (i n 0)
    (mp:process-run-function "busy" (lambda () (loop (new-block i))))))

(defun clock (n)
  (let ((now 0))
    (dotimes (i n)
      (setf now (get-internal-real-time)))
    (floor (* now 1000000000) internal-time-units-per-second)))

;; Each keeps its frame: what is returned by a call in the last place is not yet returned.
(defun coexist-depth-1 ()
  (values (coexist-depth-2)))

(defun coexist-depth-2 ()
  (values (coexist-depth-3)))

(defun coexist-depth-3 ()
  (let ((names (loop for frame from (si::ihs-top) above 0
                     collect (si::compiled-function-name (si::ihs-fun frame)))))
    (coerce (format nil "~{~a~%~}" names) 'base-string)))

(defun state ()
  (mp:with-lock (*counter-lock*)
    (incf *counter*)))

(defun main ()
  (format t "Main, calling c~%")
  (test "ecl")
  ;; Whoever comes next may write past Lisp's streams.
  (finish-output))
