package dev.einkorn.compiler.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class JaninoLoaderTest {
  @Test
  void janinoIsLoadedOnItsOwnWithoutItsSignatures() throws Exception {
    JavaBytecode janino = JaninoLoader.janino();
    assertThat(janino.getClass().getClassLoader()).isInstanceOf(JaninoLoader.class);
    assertThat(janino.getClass().getName()).isEqualTo(JaninoBytecode.class.getName());
    assertThat(janino.compile("A.java", "package a; public final class A {}"))
        .startsWith(0xCA, 0xFE, 0xBA, 0xBE);
    Class<?> unit = janino.getClass().getClassLoader().loadClass("org.codehaus.janino.Scanner");
    assertThat(unit.getSigners()).isNull();
    assertThat(unit.getClassLoader()).isSameAs(janino.getClass().getClassLoader());
  }

  @Test
  void whatJaninoDoesNotHaveIsNotFound() {
    ClassLoader loader = JaninoLoader.janino().getClass().getClassLoader();
    assertThatThrownBy(() -> loader.loadClass("org.codehaus.janino.NoSuchClass"))
        .isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void sourcesSeeTheClassesOfTheRuntime() throws Exception {
    byte[] bytes =
        JaninoLoader.janino()
            .compile("B.java", "package b; class B { dev.einkorn.runtime.Tensor tensor; }");
    assertThat(bytes).isNotEmpty();
  }
}
