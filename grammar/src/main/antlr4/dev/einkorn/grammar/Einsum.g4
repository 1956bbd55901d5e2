// An einsum string: one list of labels an operand, and the labels of the result.
grammar Einsum;

einsum : EOF ;
SPACE : [ \t\r\n]+ -> skip ;
