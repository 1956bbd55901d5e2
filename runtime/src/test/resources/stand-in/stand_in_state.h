/* What the stand-in driver knows: objects, faults, and the work of streams. Part of
 * stand_in_driver.c, which says what it is for. */
enum { OK, INVALID_VALUE, OUT_OF_MEMORY, NOT_INITIALIZED, NO_DEVICE = 100, INVALID_DEVICE,
       INVALID_IMAGE = 200, INVALID_CONTEXT, INVALID_HANDLE = 400, NOT_FOUND = 500,
       NOT_READY = 600, LAUNCH_RESOURCES = 701, NOT_SUPPORTED = 801 };
enum { MOST_PARAMS = 1024, MOST_DEVICES = 4, MOST_FAULTS = 16, MOST_KERNELS = 64, NAME = 128 };

/* What a stream reaches when it comes to a recorded event. */
struct ticket { int done; double time; struct CUstream_st *stream; };

struct operation {
  enum { UPLOAD, DOWNLOAD, FILL, LAUNCH, RECORD, WAIT } kind;
  void *to;
  const void *from;
  size_t bytes;
  int value;
  struct CUfunc_st *function;
  unsigned grid[3], block[3], shared;
  _Alignas(16) unsigned char params[MOST_PARAMS][8];
  struct ticket *ticket;
  struct operation *next;
};

enum kind { STREAM, EVENT, MODULE, MEMORY, PINNED, KINDS };
static const char *const KIND_NAMES[KINDS] = {"stream", "event", "module", "memory", "pinned"};

/* A header of everything that must be released; "live" lists have all that is not. */
struct object { enum kind kind; CUcontext context; struct object *next; };
struct CUstream_st { struct object object; struct operation *first, *last; };
struct CUevent_st { struct object object; int timing; struct ticket *ticket; };
struct CUfunc_st {
  char name[NAME];
  int count, sizes[MOST_PARAMS], sizes_known, dynamic_shared;
  int (*launch)(const unsigned *, const unsigned *, unsigned, void **);
  struct CUmod_st *module;
  struct CUfunc_st *next;
};
struct CUmod_st { struct object object; void *library; struct CUfunc_st *functions; };
struct block { struct object object; char *address; size_t bytes; };
struct CUctx_st { int retained, error; CUdevice device; };

static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static __thread CUcontext current;
static struct CUctx_st contexts[MOST_DEVICES];
static struct object *live;
static struct { char function[NAME]; int calls_left, result; } faults[MOST_FAULTS];
static struct { char name[NAME]; int (*run)(const unsigned *, void **); } kernels[MOST_KERNELS];
static struct { char name[NAME]; long count; } calls[MOST_KERNELS];
static char violations[4096];
static int devices = 1, initialized, late = 1;
static size_t memory_limit = (size_t)1 << 30, memory_used;
static unsigned launches;

static void violation(const char *format, ...) {
  size_t length = strlen(violations);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(violations + length, sizeof violations - length, format, arguments);
  va_end(arguments);
  length = strlen(violations);
  if (length + 1 < sizeof violations) strcpy(violations + length, "\n");
}

static int fault(const char *function) {
  for (int i = 0; i < MOST_FAULTS; i++) {
    if (faults[i].calls_left > 0 && strcmp(faults[i].function, function) == 0 &&
        --faults[i].calls_left == 0) {
      return faults[i].result;
    }
  }
  return OK;
}

static void count_call(const char *function) {
  int i = 0;
  while (i < MOST_KERNELS - 1 && calls[i].count > 0 && strcmp(calls[i].name, function) != 0) i++;
  snprintf(calls[i].name, NAME, "%s", function);
  calls[i].count++;
}

static int sticky(int result) {
  return result == 700 || (result >= 714 && result <= 719) || result == 702 || result == 710;
}

/* The result with which a call ends before it begins. */
static int enter(const char *function, int needs_context) {
  count_call(function);
  int result = fault(function);
  if (needs_context && result == OK) {
    if (!initialized) result = NOT_INITIALIZED;
    else if (!current || !current->retained) result = INVALID_CONTEXT;
    else result = current->error;
  }
  if (sticky(result) && current) current->error = result;
  return result;
}

#define BEGIN(needs_context)                          \
  pthread_mutex_lock(&mutex);                         \
  CUresult result = enter(__func__, needs_context);   \
  if (result != OK) goto end;
#define END                       \
  end:                            \
  pthread_mutex_unlock(&mutex);   \
  return result;
#define FAIL(code)   \
  do {               \
    result = (code); \
    goto end;        \
  } while (0)

static void *make(enum kind kind, size_t bytes) {
  struct object *object = calloc(1, bytes);
  object->kind = kind;
  object->context = current;
  object->next = live;
  live = object;
  return object;
}

static int is_live(const void *pointer, enum kind kind) {
  for (struct object *it = live; it; it = it->next) {
    if (it == pointer) return it->kind == kind;
  }
  violation("%p is no %s, or not any more", pointer, KIND_NAMES[kind]);
  return 0;
}

static void drop(void *pointer) {
  for (struct object **it = &live; *it; it = &(*it)->next) {
    if (*it == pointer) {
      *it = (*it)->next;
      return;
    }
  }
}

static struct block *block_of(enum kind kind, const void *address, size_t bytes) {
  for (struct object *it = live; it; it = it->next) {
    struct block *block = (struct block *)it;
    if (it->kind == kind && (char *)address >= block->address &&
        (char *)address + bytes <= block->address + block->bytes) {
      return block;
    }
  }
  return NULL;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec * 1e-6;
}

static void run_until(CUstream stream, struct ticket *ticket);

static void run_launch(CUcontext context, struct operation *it) {
  char name[NAME + 8];
  snprintf(name, sizeof name, "run:%.*s", NAME - 1, it->function->name);
  int result = fault(name);
  void *params[MOST_PARAMS];
  for (int i = 0; i < MOST_PARAMS; i++) params[i] = it->params[i];
  if (result == OK && it->function->launch) {
    result = it->function->launch(it->grid, it->block, it->shared, params);
  } else if (result == OK) {
    for (int i = 0; i < MOST_KERNELS; i++) {
      if (kernels[i].run && strcmp(kernels[i].name, it->function->name) == 0) {
        unsigned launch[7] = {it->grid[0],  it->grid[1],  it->grid[2], it->block[0],
                              it->block[1], it->block[2], it->shared};
        result = kernels[i].run(launch, params);
      }
    }
  }
  launches++;
  if (result != OK) context->error = result;
}

static void run(CUcontext context, struct operation *it) {
  if (it->kind == RECORD) {
    it->ticket->done = 1;
    it->ticket->time = now();
  } else if (it->kind == WAIT) {
    if (!it->ticket->done) run_until(it->ticket->stream, it->ticket);
  } else if (context->error != OK) {
    return; /* A lost device does no more work. */
  } else if (it->kind == FILL) {
    memset(it->to, it->value, it->bytes);
  } else if (it->kind == LAUNCH) {
    run_launch(context, it);
  } else {
    memcpy(it->to, it->from, it->bytes);
  }
}

/* Runs a stream's work up to a ticket, or all of it. */
static void run_until(CUstream stream, struct ticket *ticket) {
  while (stream->first && !(ticket && ticket->done)) {
    struct operation *it = stream->first;
    stream->first = it->next;
    if (!stream->first) stream->last = NULL;
    run(stream->object.context, it);
    free(it);
  }
}

/* Newest stream first: an order that surprises those who rely on one. */
static void run_all(CUcontext context) {
  for (struct object *it = live; it; it = it->next) {
    if (it->kind == STREAM && it->context == context) run_until((CUstream)it, NULL);
  }
}

static struct operation *enqueue(CUstream stream, int kind) {
  struct operation *it = calloc(1, sizeof *it);
  it->kind = kind;
  if (stream->last) stream->last->next = it;
  else stream->first = it;
  stream->last = it;
  return it;
}

static void enqueued(CUstream stream) {
  if (!late) run_until(stream, NULL);
}
