/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Descriptors 0 to 2 are the same open files with the same flags: neither closed, nor close-on-exec, nor non-blocking; and a
 * terminal keeps its settings. */
//! runtimes: 1
//! needs: churn
//! modes: pipe file terminal
//! deadline: 5s
#include "coexist.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { STREAMS = 3 };

static struct stream {
    int descriptor_flags, file_flags;
    dev_t device;
    ino_t inode;
    bool has_settings;
    struct termios settings;
} before[STREAMS];

static bool look_at(int fd, struct stream *stream)
{
    struct stat facts;
    memset(stream, 0, sizeof *stream);
    stream->descriptor_flags = fcntl(fd, F_GETFD);
    if (stream->descriptor_flags < 0 || fstat(fd, &facts) != 0)
        return false;
    stream->file_flags = fcntl(fd, F_GETFL);
    stream->device = facts.st_dev;
    stream->inode = facts.st_ino;
    stream->has_settings = tcgetattr(fd, &stream->settings) == 0;
    return true;
}

static void check_flag(int fd, bool same, const char *text)
{
    verify(same, text, __LINE__);
    if (!same)
        detail("descriptor %d", fd);
}

static void check_streams(void)
{
    for (int fd = 0; fd < STREAMS; fd++) {
        struct stream now;
        const struct stream *was = &before[fd];
        bool open = look_at(fd, &now);
        check_flag(fd, open, "it is open");
        if (!open)
            continue;
        check_flag(fd, now.device == was->device && now.inode == was->inode, "it is the same file");
        check_flag(fd, now.descriptor_flags == was->descriptor_flags,
                   "programs inherit it as before");
        int differ = now.file_flags ^ was->file_flags;
        check_flag(fd, !(differ & O_NONBLOCK), "it blocks as before");
        check_flag(fd, !(differ & O_APPEND), "it appends as before");
        bool same = now.has_settings == was->has_settings &&
                    memcmp(&now.settings, &was->settings, sizeof now.settings) == 0;
        check_flag(fd, same, "the terminal's settings are as before");
    }
}

int main(int argc, char **argv)
{
    host_begin(argc, argv);
    for (int fd = 0; fd < STREAMS; fd++)
        REQUIRE(look_at(fd, &before[fd]));
    xlife(check_streams);
    return host_end(0);
}
