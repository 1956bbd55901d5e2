/*
 * A stand-in for libnvrtc.so: "compiles" CUDA C++ with g++ to a library of this machine, which the
 * stand-in driver loads as a module. The environment variable STAND_IN_SHIM names the folder of
 * fibers.o, which is cuda_on_cpu.cpp compiled, and stand_in_module.h. Kernels are declared with
 * __launch_bounds__.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OK, OUT_OF_MEMORY, CREATION, INVALID_INPUT, INVALID_PROGRAM, OPTION, COMPILATION };

struct program { char *source, *log, *image; size_t image_bytes; };

int nvrtcVersion(int *major, int *minor) {
  *major = 13;
  *minor = 0;
  return OK;
}

int nvrtcGetNumSupportedArchs(int *count) {
  *count = 2;
  return OK;
}

int nvrtcGetSupportedArchs(int *numbers) {
  numbers[0] = 80;
  numbers[1] = 90;
  return OK;
}

int nvrtcCreateProgram(struct program **program, const char *source, const char *name, int headers,
                       const char **texts, const char **names) {
  (void)name, (void)texts, (void)names;
  if (headers != 0) return INVALID_INPUT;
  *program = calloc(1, sizeof **program);
  (*program)->source = strdup(source);
  (*program)->log = strdup("");
  return OK;
}

int nvrtcDestroyProgram(struct program **program) {
  free((*program)->source);
  free((*program)->log);
  free((*program)->image);
  free(*program);
  *program = NULL;
  return OK;
}

static char *contents(const char *path, size_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  *bytes = ftell(file);
  rewind(file);
  char *text = calloc(1, *bytes + 1);
  if (fread(text, 1, *bytes, file) != *bytes) *bytes = 0;
  fclose(file);
  return text;
}

/* The source, and an entry for each kernel. */
static int write_source(const char *path, const char *source) {
  FILE *file = fopen(path, "w");
  if (!file) return 0;
  fputs(source, file);
  for (const char *it = source; (it = strstr(it, "__launch_bounds__(")); ) {
    it = strchr(it, ')') + 1;
    while (isspace((unsigned char)*it)) it++;
    int length = 0;
    while (isalnum((unsigned char)it[length]) || it[length] == '_') length++;
    fprintf(file, "\nCUDA_MODULE_ENTRY(%.*s)", length, it);
  }
  fputs("\n", file);
  return fclose(file) == 0;
}

int nvrtcCompileProgram(struct program *program, int count, const char **options) {
  char folder[] = P_tmpdir "/einkorn-nvrtc-XXXXXX", source[64], library[64], log[64], command[1024];
  const char *shim = getenv("STAND_IN_SHIM");
  (void)count, (void)options;
  if (!shim || !mkdtemp(folder)) return INVALID_PROGRAM;
  snprintf(source, sizeof source, "%s/kernels.cu", folder);
  snprintf(library, sizeof library, "%s/kernels.so", folder);
  snprintf(log, sizeof log, "%s/log.txt", folder);
  snprintf(command, sizeof command,
           "g++ -std=c++17 -fPIC -O1 -ffp-contract=off -fno-stack-protector -U_FORTIFY_SOURCE -shared"
           " -Wl,-Bsymbolic -o %s '%s/fibers.o' -include '%s/stand_in_module.h' -x c++ %s >%s 2>&1",
           library, shim, shim, source, log);
  int failed = !write_source(source, program->source) || system(command) != 0;
  size_t bytes = 0;
  free(program->log);
  program->log = contents(log, &bytes);
  if (!program->log) program->log = strdup("");
  if (!failed) program->image = contents(library, &program->image_bytes);
  unlink(source), unlink(library), unlink(log), rmdir(folder);
  return failed || !program->image ? COMPILATION : OK;
}

int nvrtcGetProgramLogSize(struct program *program, size_t *bytes) {
  *bytes = strlen(program->log) + 1;
  return OK;
}

int nvrtcGetProgramLog(struct program *program, char *log) {
  strcpy(log, program->log);
  return OK;
}

int nvrtcGetCUBINSize(struct program *program, size_t *bytes) {
  *bytes = program->image_bytes;
  return program->image ? OK : INVALID_PROGRAM;
}

int nvrtcGetCUBIN(struct program *program, char *image) {
  if (!program->image) return INVALID_PROGRAM;
  memcpy(image, program->image, program->image_bytes);
  return OK;
}

int nvrtcGetPTXSize(struct program *program, size_t *bytes) {
  return nvrtcGetCUBINSize(program, bytes);
}

int nvrtcGetPTX(struct program *program, char *image) { return nvrtcGetCUBIN(program, image); }
