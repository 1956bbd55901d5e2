/** The Einkorn compiler: expression in, compiled kernel out. */
module dev.einkorn.compiler {
  requires transitive dev.einkorn.runtime;
  requires dev.einkorn.grammar;
  requires org.antlr.antlr4.runtime;
  requires com.palantir.javapoet;
  requires org.codehaus.janino;
  requires org.codehaus.commons.compiler;
  requires info.picocli;
  requires java.compiler;
  requires jdk.management;
  requires static org.jspecify;

  exports dev.einkorn.compiler;
  exports dev.einkorn.compiler.source;

  opens dev.einkorn.compiler.cli to
      info.picocli;
}
