// Preloaded into the process under test: it dies, as by `kill -9`, at the n-th time that a file is made safe on the disk, just
// before or just after. DIE_AT_SYNC is n; DIE_AFTER_SYNC, if it is there, means after.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long syncs;

static int sync_and_die(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *at = getenv("DIE_AT_SYNC");
    int dies = at != NULL && atomic_fetch_add(&syncs, 1) + 1 == atol(at);
    if (dies && getenv("DIE_AFTER_SYNC") == NULL) kill(getpid(), SIGKILL);
    int result = real(file);
    if (dies) kill(getpid(), SIGKILL);
    return result;
}

int fdatasync(int file) { return sync_and_die("fdatasync", file); }

int fsync(int file) { return sync_and_die("fsync", file); }
