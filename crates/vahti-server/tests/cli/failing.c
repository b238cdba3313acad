/* Fails one call that writes: the FAIL_AT-th on a file whose path contains FAIL_PATH, with the error FAIL_ERRNO.
 * Loaded in front of the C library by the test. The file FAIL_NOTE then tells its path. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static int fails(int fd) {
    const char *at = getenv("FAIL_AT"), *part = getenv("FAIL_PATH"), *error = getenv("FAIL_ERRNO");
    char link[64], path[4096];
    if (!at || !part || !error) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (!strstr(path, part)) return 0;
    if (atomic_fetch_add(&calls, 1) + 1 != atol(at)) return 0;
    const char *note = getenv("FAIL_NOTE");
    FILE *told = note ? fopen(note, "w") : NULL;
    if (told) {
        fprintf(told, "%s\n", path);
        fclose(told);
    }
    errno = atoi(error);
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define FAILING(result, name, arguments, passed)                \
    result name arguments {                                     \
        static __typeof__(&name) next;                          \
        if (!next) next = NEXT(name);                           \
        return fails(fd) ? -1 : next passed;                    \
    }

FAILING(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
FAILING(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
FAILING(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
FAILING(int, fsync, (int fd), (fd))
FAILING(int, fdatasync, (int fd), (fd))
FAILING(int, ftruncate, (int fd, off_t size), (fd, size))
FAILING(int, ftruncate64, (int fd, off64_t size), (fd, size))
