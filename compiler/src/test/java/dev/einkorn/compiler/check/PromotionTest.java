package dev.einkorn.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.einkorn.runtime.ElementType;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromotionTest {

  private static ElementType type(String name) {
    return ElementType.valueOf(name.toUpperCase(Locale.ROOT));
  }

  @ParameterizedTest
  @CsvSource({
    "f32,f32,f32",
    "f32,f64,f64",
    "i32,i32,i32",
    "i32,i64,i64",
    "i32,f32,f64",
    "i64,f32,f64",
    "i64,f64,f64",
    "bool,i32,i32",
    "bool,f32,f32",
    "bool,bool,bool"
  })
  void pairsPromoteAsInNumpy(String one, String other, String expected) {
    assertThat(Promotion.common(type(one), type(other))).isEqualTo(type(expected));
    assertThat(Promotion.common(type(other), type(one))).isEqualTo(type(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "i64,f32,f32",
    "i64,i32,i32",
    "i64,bool,i64",
    "f64,f32,f32",
    "f64,f64,f64",
    "f64,i32,f64",
    "f64,i64,f64",
    "f64,bool,f64"
  })
  void literalsAdapt(String literal, String met, String expected) {
    Promotion weak = Promotion.weak(type(literal));
    Promotion strong = Promotion.strong(type(met));
    assertThat(weak.with(strong)).isEqualTo(Promotion.strong(type(expected)));
    assertThat(strong.with(weak)).isEqualTo(Promotion.strong(type(expected)));
  }

  @ParameterizedTest
  @CsvSource({
    "f64,f32,true",
    "f32,f64,true",
    "i64,i32,true",
    "i32,f32,true",
    "bool,i32,true",
    "f32,i64,false",
    "i32,bool,false"
  })
  void storingNeedsTheSameKind(String from, String to, boolean expected) {
    assertThat(Promotion.isSameKind(type(from), type(to))).isEqualTo(expected);
  }
}
