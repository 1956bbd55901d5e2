/** CUDA C as real template files, with one typed record of variables per template. */
module dev.einkorn.cuda.template {
  requires ST4;
  requires static org.jspecify;

  exports dev.einkorn.cuda.template;
}
