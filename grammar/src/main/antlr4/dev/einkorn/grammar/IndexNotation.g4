// Index notation: what LANGUAGE.md sections 1 to 3 accept, and nothing about what it means.
//
// The grammar is LL(1): one token decides everywhere, so nothing is ambiguous and nothing
// backtracks. A test holds it to that.
//
// Newlines are tokens. Before the parser sees them, the reader (compiler.ast.StatementSplitter)
// drops those that end no statement: inside brackets, after an operator, '=', ',' or ':', and
// before 'where' and '->'. The reader parses header and statements one by one, so that an error
// costs one statement; `program` is the same language as one rule.
grammar IndexNotation;

program
    : separator* ((header | statement) (separator statement?)*)? EOF
    ;

singleHeader
    : header EOF
    ;

singleStatement
    : statement EOF
    ;

separator
    : NEWLINE
    | SEMICOLON
    ;

// (A: f32[n,h,d], x: f64, B: f32[k,4]) -> (E, F: f32[n])
header
    : LPAREN inputs=declarations? RPAREN (ARROW LPAREN outputs=declarations RPAREN)?
    ;

declarations
    : declaration (COMMA declaration)*
    ;

declaration
    : NAME (COLON type)?
    ;

type
    : NAME (LBRACKET (extent (COMMA extent)*)? RBRACKET)?
    ;

extent
    : INTEGER
    | NAME
    ;

// O[x] = zero(I[x+r-1]) * K[r] where x < extent(I, 0)
statement
    : target assignment expression where?
    ;

target
    : NAME brackets?
    ;

// The name is max or min; the reader checks it. As a token of its own `max=` would eat half of
// `max == x`.
assignment
    : ASSIGN
    | ADD_ASSIGN
    | MULTIPLY_ASSIGN
    | NAME ASSIGN
    ;

where
    : WHERE expression (COMMA expression)*
    ;

brackets
    : LBRACKET (subscript (COMMA subscript)*)? RBRACKET
    ;

subscript
    : ELLIPSIS
    | expression
    ;

// From the loosest to the tightest. Few rules, so that deep brackets need little stack.
expression
    : conjunction (operators+=OR conjunction)*
    ;

conjunction
    : comparison (operators+=AND comparison)*
    ;

// `not` is of all comparisons; they do not associate.
comparison
    : prefixes+=NOT* additive
      (operator=(LESS | LESS_OR_EQUAL | GREATER | GREATER_OR_EQUAL | EQUAL | NOT_EQUAL) additive)?
    ;

additive
    : multiplicative (operators+=(PLUS | MINUS) multiplicative)*
    ;

multiplicative
    : power (operators+=(TIMES | DIVIDE | FLOOR_DIVIDE | REMAINDER) power)*
    ;

// A sign is of the whole power. Powers associate to the right: 2^3^2 is 2^(3^2), -x^2 is -(x^2),
// 2^-x^2 is 2^(-(x^2)).
power
    : prefixes+=(PLUS | MINUS)* primary (POWER exponent)*
    ;

exponent
    : prefixes+=(PLUS | MINUS)* primary
    ;

// A primary with a name: s, A[i,k], exp(x), sum[k](e)
primary
    : number
    | constant
    | LPAREN expression RPAREN
    | NAME (brackets body? | arguments)?
    ;

body
    : LPAREN expression where? RPAREN
    ;

arguments
    : LPAREN (expression (COMMA expression)*)? RPAREN
    ;

number
    : INTEGER
    | REAL
    ;

constant
    : INF
    | NAN
    | PI
    | TRUE
    | FALSE
    ;

AND : 'and' ;
FALSE : 'false' ;
INF : 'inf' ;
NAN : 'nan' ;
NOT : 'not' ;
OR : 'or' ;
PI : 'pi' ;
TRUE : 'true' ;
WHERE : 'where' ;

NAME : [\p{L}_] [\p{L}\p{Nd}_]* ;
INTEGER : [0-9]+ ;
REAL
    : [0-9]+ '.' [0-9]* EXPONENT?
    | '.' [0-9]+ EXPONENT?
    | [0-9]+ EXPONENT
    ;
fragment EXPONENT : [eE] [+-]? [0-9]+ ;

ASSIGN : '=' ;
ADD_ASSIGN : '+=' ;
MULTIPLY_ASSIGN : '*=' ;
LESS : '<' ;
LESS_OR_EQUAL : '<=' ;
GREATER : '>' ;
GREATER_OR_EQUAL : '>=' ;
EQUAL : '==' ;
NOT_EQUAL : '!=' ;
PLUS : '+' ;
MINUS : '-' ;
TIMES : '*' ;
DIVIDE : '/' ;
FLOOR_DIVIDE : '//' ;
REMAINDER : '%' ;
POWER : '^' ;

LPAREN : '(' ;
RPAREN : ')' ;
LBRACKET : '[' ;
RBRACKET : ']' ;
COMMA : ',' ;
COLON : ':' ;
SEMICOLON : ';' ;
ARROW : '->' ;
ELLIPSIS : '...' ;

NEWLINE : '\r'? '\n' | '\r' ;
SPACE : [\p{Zs}\t\f\uFEFF]+ -> skip ;
COMMENT : '#' ~[\r\n]* -> skip ;

// Whatever is left is a token too, so that the reader reports it in its place.
UNKNOWN : . ;
