package dev.einkorn.cuda.template;

/**
 * The variables of a template. The file is named after the record: {@code ElementsKernel} belongs
 * to {@code elements.cu}.
 */
public sealed interface KernelTemplate
    permits ContractionKernel, ElementsKernel, MatrixKernel, RegistersKernel, TurnKernel {

  /** The kernel's text, with a line end. */
  default String render() {
    return TemplateFile.of(getClass()).render(this);
  }
}
