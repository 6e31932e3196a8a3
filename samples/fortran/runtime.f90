! SPDX-License-Identifier: MIT OR Apache-2.0
! The Fortran sample: the contract by the language, its library and OpenMP.
module sample
    use, intrinsic :: iso_c_binding
    use, intrinsic :: iso_fortran_env, only: int32, int64, compiler_version
    use omp_lib, only: omp_get_thread_num, omp_get_num_threads
    implicit none

    integer, parameter :: words = 256, blocks_per_mib = 1024, live_every = 16, reported = 8

    type :: block_of_words
        integer(int32), pointer :: words(:) => null()
    end type

    integer(int64), save :: counter = 0
    character(len=:, kind=c_char), allocatable, target, save :: version_text

    interface
        subroutine shim_emit(what, value) bind(c)
            import :: c_char, c_int64_t
            character(kind=c_char), intent(in) :: what(*)
            integer(c_int64_t), value :: value
        end subroutine
        subroutine shim_live(block, size) bind(c)
            import :: c_ptr, c_size_t
            type(c_ptr), value :: block
            integer(c_size_t), value :: size
        end subroutine
        function host_function(arg) bind(c) result(answer)
            import :: c_ptr, c_int64_t
            type(c_ptr), value :: arg
            integer(c_int64_t) :: answer
        end function
    end interface

contains

    function fortran_version() bind(c) result(text)
        type(c_ptr) :: text
        !$omp critical (version)
        if (.not. allocated(version_text)) version_text = compiler_version()//c_null_char
        !$omp end critical (version)
        text = c_loc(version_text)
    end function

    subroutine fortran_callback() bind(c)
        print '(a)', 'Fortran callback!'
        call shim_emit('callback'//c_null_char, 0_c_int64_t)
    end subroutine

    function fortran_call(fn, arg) bind(c) result(answer)
        type(c_funptr), value :: fn
        type(c_ptr), value :: arg
        integer(c_int64_t) :: answer
        procedure(host_function), pointer :: host
        call c_f_procpointer(fn, host)
        answer = host(arg)
    end function

    ! Fortran's integers are signed: a word is one with the same bits.
    pure function as_word(number) result(word)
        integer(int64), intent(in) :: number
        integer(int32) :: word
        integer(int64) :: low
        low = iand(number, int(z'FFFFFFFF', int64))
        if (low > huge(word)) low = low - 4294967296_int64
        word = int(low, int32)
    end function

    function fortran_churn(mib, seed, sum_of_living) bind(c) result(error)
        integer(c_int32_t), value :: mib, seed
        integer(c_int64_t), intent(out) :: sum_of_living
        integer(c_int) :: error
        type(block_of_words), allocatable :: living(:)
        integer(int32), pointer :: block(:)
        integer(int64) :: i, blocks, lives

        blocks = int(mib, int64)*blocks_per_mib
        lives = blocks/live_every
        sum_of_living = 0
        allocate (living(0:lives - 1), stat=error)
        if (error /= 0) return
        do i = 0, blocks - 1
            allocate (block(words), stat=error)
            if (error /= 0) return
            block = as_word(iand(int(seed, int64), int(z'FFFFFFFF', int64)) + i*2654435761_int64)
            if (mod(i, int(live_every, int64)) == 0) then
                living(i/live_every)%words => block
            else
                deallocate (block)
            end if
        end do
        do i = 0, lives - 1
            sum_of_living = sum_of_living + sum(iand(int(living(i)%words, int64), int(z'FFFFFFFF', int64)))
        end do
        do i = 0, merge(reported, 0, lives > 0) - 1
            call shim_live(c_loc(living(i*lives/reported)%words), words*4_c_size_t)
        end do
        do i = 0, lives - 1
            deallocate (living(i)%words)
        end do
    end function

    ! The team's last thread: a nested region may have the master alone.
    function fortran_spawn(fn, arg) bind(c) result(answer)
        type(c_funptr), value :: fn
        type(c_ptr), value :: arg
        integer(c_int64_t) :: answer
        answer = -1
        !$omp parallel num_threads(2) default(shared)
        if (omp_get_thread_num() == omp_get_num_threads() - 1) answer = fortran_call(fn, arg)
        !$omp end parallel
    end function

    function fortran_clock(n) bind(c) result(nanoseconds)
        integer(c_int32_t), value :: n
        integer(c_int64_t) :: nanoseconds
        integer(int64) :: now, rate
        integer(c_int32_t) :: i
        now = 0
        rate = 1
        do i = 1, n
            call system_clock(now, rate)
        end do
        nanoseconds = now*(1000000000_int64/rate)
    end function

    function fortran_state() bind(c) result(counted)
        integer(c_int64_t) :: counted
        !$omp atomic capture
        counter = counter + 1
        counted = counter
        !$omp end atomic
    end function

end module
