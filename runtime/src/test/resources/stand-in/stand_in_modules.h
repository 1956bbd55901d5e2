/* The three kinds of images that the stand-in driver loads. Part of stand_in_driver.c. */
static struct CUfunc_st *add_function(CUmodule module, const char *name, size_t length) {
  struct CUfunc_st *function = calloc(1, sizeof *function);
  snprintf(function->name, NAME, "%.*s", (int)length, name);
  function->module = module;
  function->dynamic_shared = 48 << 10;
  function->next = module->functions;
  module->functions = function;
  return function;
}

static int read_text(CUmodule module, const char *text) {
  for (const char *line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
    char name[NAME];
    int length = 0;
    if (sscanf(line + 1, "kernel %127s%n", name, &length) != 1) return INVALID_IMAGE;
    struct CUfunc_st *function = add_function(module, name, strlen(name));
    function->sizes_known = 1;
    const char *rest = line + 1 + length;
    int size;
    while (function->count < MOST_PARAMS && *rest == ' ' && sscanf(rest, " %d%n", &size, &length) == 1) {
      function->sizes[function->count++] = size;
      rest += length;
    }
  }
  return OK;
}

static size_t elf_bytes(const Elf64_Ehdr *elf) {
  return elf->e_shoff + (size_t)elf->e_shnum * elf->e_shentsize;
}

static int read_cubin(CUmodule module, const char *image) {
  const Elf64_Ehdr *elf = (const void *)image;
  const Elf64_Shdr *sections = (const void *)(image + elf->e_shoff);
  const char *names = image + sections[elf->e_shstrndx].sh_offset;
  for (int i = 0; i < elf->e_shnum; i++) {
    const char *name = names + sections[i].sh_name;
    if (strncmp(name, ".text.", 6) == 0) add_function(module, name + 6, strlen(name + 6));
  }
  return OK;
}

static int read_library(CUmodule module, const char *image) {
  char path[] = P_tmpdir "/einkorn-stand-in-XXXXXX";
  size_t bytes = elf_bytes((const void *)image);
  int file = mkstemp(path);
  int written = file >= 0 && write(file, image, bytes) == (ssize_t)bytes;
  if (file >= 0) close(file);
  module->library = written ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
  if (file >= 0) unlink(path);
  return module->library ? OK : INVALID_IMAGE;
}
