/** CUDA C as real template files, with one typed record of variables per template. */
module dev.einkorn.cuda.template {
  requires static org.jspecify;
}
