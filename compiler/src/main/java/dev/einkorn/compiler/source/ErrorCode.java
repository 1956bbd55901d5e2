package dev.einkorn.compiler.source;

/**
 * The stable names of everything that can be wrong with a program. Programs and users search for
 * them: a name is never changed or used for something else.
 */
public enum ErrorCode {
  // Reading the text.
  /** The text is not a program: something else was expected at the marked place. */
  SYNTAX_ERROR,
  /** A program, name, number or expression is longer or nests deeper than is supported. */
  LIMIT_EXCEEDED,
  /** A number is malformed or does not fit the type that it takes. */
  INVALID_LITERAL,
  /** An einsum string is malformed or does not fit its operands. */
  INVALID_EINSUM,

  // Names.
  /** A name is neither a tensor, an index nor a constant here. */
  UNKNOWN_NAME,
  /** A function or reduction that does not exist is called. */
  UNKNOWN_FUNCTION,
  /** A header names an element type that does not exist. */
  UNKNOWN_TYPE,
  /** The header or the caller names an output that no statement assigns. */
  UNKNOWN_OUTPUT,
  /** A name is declared twice. */
  DUPLICATE_DECLARATION,
  /** A target is assigned more than once without accumulating. */
  ASSIGNED_TWICE,
  /** A target is read before the statement that assigns it. */
  READ_BEFORE_ASSIGNMENT,
  /** A statement reads its own target. */
  CYCLIC_READ,
  /** A reduction binds an index that is bound already. */
  INDEX_SHADOWED,
  /** A name is used for an index and for a tensor. */
  NAME_CLASH,
  /** Something that is not a tensor, or no index, stands where one is required. */
  INVALID_TARGET,

  // Shapes.
  /** A function has too few or too many arguments. */
  WRONG_ARGUMENT_COUNT,
  /** A function that takes an access or a tensor is called with something else. */
  INVALID_ARGUMENT,
  /** A tensor is accessed with too few or too many indices. */
  RANK_MISMATCH,
  /** An index ranges over axes of different extents. */
  EXTENT_MISMATCH,
  /** An index stands nowhere where its extent could be read off. */
  UNDETERMINED_EXTENT,
  /** An access can leave the bounds of its tensor. */
  INDEX_OUT_OF_RANGE,
  /** An index expression is not affine with integer coefficients. */
  NOT_AFFINE,
  /** An ellipsis is where it has no meaning, or its axes cannot be broadcast. */
  INVALID_ELLIPSIS,
  /** A where clause is not a condition that bounds an index. */
  INVALID_WHERE,

  // Indices and sums.
  /** An index is used on the left only, or outside of the reduction that binds it. */
  UNBOUND_INDEX,
  /** It is not clear over what an implicit sum extends. */
  AMBIGUOUS_SUM,
  /** Warning: an index is summed over that stands at one place only, as if by a slip. */
  ACCIDENTAL_SUM,

  // Types.
  /** A value has a type that its context does not take. */
  TYPE_MISMATCH,

  // The program and its surroundings.
  /** A tensor that the program reads was not given. */
  MISSING_INPUT,
  /** A tensor that the program does not read was given. */
  EXTRA_INPUT,
  /** Warning: an input is declared and not read. */
  UNUSED_INPUT,
  /** An output tensor does not have the type or the shape that the program computes. */
  OUTPUT_MISMATCH,
  /** Legal by the language, but not implemented in this version. */
  NOT_SUPPORTED_YET
}
