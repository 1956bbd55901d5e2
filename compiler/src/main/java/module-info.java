/** The Einkorn compiler: expression in, compiled kernel out. */
module dev.einkorn.compiler {
  requires transitive dev.einkorn.runtime;
  requires dev.einkorn.cuda.template;
  requires dev.einkorn.grammar;
  requires org.antlr.antlr4.runtime;
  requires com.palantir.javapoet;
  requires org.codehaus.janino;
  requires org.codehaus.commons.compiler;
  requires info.picocli;
  requires com.google.gson;
  requires java.compiler;
  requires jdk.management;
  requires static jdk.compiler;
  requires static org.jspecify;

  exports dev.einkorn.compiler;
  exports dev.einkorn.compiler.source;

  uses dev.einkorn.compiler.cli.bench.Peer;

  provides javax.annotation.processing.Processor with
      dev.einkorn.compiler.processor.TensorKernelProcessor;

  opens dev.einkorn.compiler.cli to
      info.picocli;
}
