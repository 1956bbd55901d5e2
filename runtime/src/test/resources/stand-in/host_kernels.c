/* A module of the stand-in driver that is a library of this machine: x[i] += n * step. */
const int einkorn_params_add[] = {8, 4, 8, 0};

int einkorn_launch_add(const unsigned grid[3], const unsigned block[3], unsigned shared,
                       void **params) {
  double *x = *(double **)params[0];
  int n = *(int *)params[1];
  double step = *(double *)params[2];
  for (unsigned i = 0; i < grid[0] * block[0]; i++) x[i] += n * step;
  return shared == 64 ? 0 : 1;
}
