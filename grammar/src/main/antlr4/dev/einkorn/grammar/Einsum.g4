// An einsum string: the labels of each operand, and those of the result: `...ik, ...kj -> ...ij`.
// Spaces may stand anywhere. A scalar has no labels.
grammar Einsum;

einsum
    : labels (COMMA labels)* (ARROW output=labels)? EOF
    ;

labels
    : label*
    ;

// One axis is one letter, or a name in brackets. The reader refuses spaces inside a name.
label
    : LETTER
    | LBRACKET (LETTER | UNDERSCORE) (LETTER | UNDERSCORE | DIGIT)* RBRACKET
    | ELLIPSIS
    ;

LETTER : [\p{L}] ;
DIGIT : [\p{Nd}] ;
UNDERSCORE : '_' ;
COMMA : ',' ;
LBRACKET : '[' ;
RBRACKET : ']' ;
ARROW : '-' BLANK* '>' ;
ELLIPSIS : '.' BLANK* '.' BLANK* '.' ;
SPACE : BLANK+ -> skip ;
fragment BLANK : [\p{Zs}\t\f\r\n\uFEFF] ;
UNKNOWN : . ;
