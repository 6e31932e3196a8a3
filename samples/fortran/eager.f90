! SPDX-License-Identifier: MIT OR Apache-2.0
! The Fortran sample's eager flavour: its own main runs at DT_INIT time, before the program's. It is a subroutine, since
! a library with a Fortran program would have the symbol main.
subroutine fortran_main() bind(c)
    use, intrinsic :: iso_c_binding
    use, intrinsic :: iso_fortran_env, only: output_unit
    use sample, only: fortran_callback
    implicit none
    interface
        subroutine coexist_test(name, back) bind(c)
            import :: c_char, c_funptr
            character(kind=c_char), intent(in) :: name(*)
            type(c_funptr), value :: back
        end subroutine
    end interface

    print '(a)', 'Main, calling c'
    ! C's library has a buffer of its own.
    flush (output_unit)
    call coexist_test('fortran'//c_null_char, c_funloc(fortran_callback))
    flush (output_unit)
end subroutine
