// A disk that takes SLOW_DISK_MS to sync a file below SLOW_DISK_DIR: LD_PRELOAD of a compiled copy of this file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void wait_for_disk(int fd) {
  const char *dir = getenv("SLOW_DISK_DIR");
  const char *ms = getenv("SLOW_DISK_MS");
  char link[64], path[PATH_MAX];
  if (dir == NULL || ms == NULL) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  if (strncmp(path, dir, strlen(dir)) == 0) usleep((useconds_t)atoi(ms) * 1000);
}

int fsync(int fd) {
  wait_for_disk(fd);
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd) {
  wait_for_disk(fd);
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
