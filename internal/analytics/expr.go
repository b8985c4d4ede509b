package analytics

import (
	"fmt"
	"math/big"
	"strings"
)

// expr is an expression of names, numbers, + - * / and parentheses.
type expr struct {
	op          byte // 'n' name, '#' number, or the operator
	name        string
	number      *big.Rat
	left, right *expr
}

// parseExpr parses an expression as it is written in a definition.
func parseExpr(text string) (*expr, error) {
	p := &exprParser{text: text}
	e, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.skip(); p.at < len(p.text) {
		return nil, fmt.Errorf("%q is not expected in the expression %q; it may have names, numbers, + - * / and parentheses", p.text[p.at:], text)
	}
	return e, nil
}

type exprParser struct {
	text string
	at   int
}

func (p *exprParser) skip() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t' || p.text[p.at] == '\n') {
		p.at++
	}
}

// next takes the next character if it is one of some.
func (p *exprParser) next(of string) byte {
	if p.skip(); p.at < len(p.text) && strings.IndexByte(of, p.text[p.at]) >= 0 {
		p.at++
		return p.text[p.at-1]
	}
	return 0
}

func (p *exprParser) sum() (*expr, error) { return p.chain("+-", p.product) }

func (p *exprParser) product() (*expr, error) { return p.chain("*/", p.factor) }

func (p *exprParser) chain(ops string, part func() (*expr, error)) (*expr, error) {
	left, err := part()
	if err != nil {
		return nil, err
	}
	for {
		op := p.next(ops)
		if op == 0 {
			return left, nil
		}
		right, err := part()
		if err != nil {
			return nil, err
		}
		left = &expr{op: op, left: left, right: right}
	}
}

func (p *exprParser) factor() (*expr, error) {
	if p.next("(") != 0 {
		e, err := p.sum()
		if err == nil && p.next(")") == 0 {
			err = fmt.Errorf("a closing parenthesis is missing in %q", p.text)
		}
		return e, err
	}
	p.skip()
	word := p.text[p.at:]
	end := strings.IndexFunc(word, func(r rune) bool {
		return r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(word)
	}
	if word = word[:end]; word == "" {
		return nil, fmt.Errorf("a name or a number is missing in the expression %q", p.text)
	}
	p.at += end
	if word[0] >= '0' && word[0] <= '9' {
		n, ok := new(big.Rat).SetString(word)
		if !ok {
			return nil, fmt.Errorf("%q is not a number", word)
		}
		return &expr{op: '#', number: n}, nil
	}
	return &expr{op: 'n', name: word}, nil
}

// names calls yield for every name of the expression.
func (e *expr) names(yield func(string)) {
	if e == nil {
		return
	}
	if e.op == 'n' {
		yield(e.name)
	}
	e.left.names(yield)
	e.right.names(yield)
}

// value computes the expression exactly. It is nil if a part is, or if it divides by zero.
func (e *expr) value(of func(string) *big.Rat) *big.Rat {
	switch e.op {
	case '#':
		return e.number
	case 'n':
		return of(e.name)
	}
	a, b := e.left.value(of), e.right.value(of)
	if a == nil || b == nil {
		return nil
	}
	switch e.op {
	case '+':
		return new(big.Rat).Add(a, b)
	case '-':
		return new(big.Rat).Sub(a, b)
	case '*':
		return new(big.Rat).Mul(a, b)
	}
	if b.Sign() == 0 {
		return nil
	}
	return new(big.Rat).Quo(a, b)
}

// linear reports whether the expression of two sums is the sum of the two expressions.
func (e *expr) linear() bool {
	switch e.op {
	case 'n':
		return true
	case '+', '-':
		return e.left.linear() && e.right.linear()
	case '*':
		return e.left.constant() && e.right.linear() || e.left.linear() && e.right.constant()
	case '/':
		return e.left.linear() && e.right.constant()
	}
	return false
}

func (e *expr) constant() bool {
	return e.op == '#' || e.op != 'n' && e.left.constant() && e.right.constant()
}

// sql writes the expression as SQL, with the columns that of returns.
func (e *expr) sql(of func(string) string) string {
	switch e.op {
	case '#':
		return e.number.FloatString(max(decimalsOf(e.number), 0))
	case 'n':
		return of(e.name)
	case '/':
		return "(" + e.left.sql(of) + " / NULLIF(" + e.right.sql(of) + ", 0))"
	}
	return "(" + e.left.sql(of) + " " + string(e.op) + " " + e.right.sql(of) + ")"
}

// decimalsOf returns how many decimals a number of an expression was written with at least.
func decimalsOf(n *big.Rat) int {
	for d := range 10 {
		scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d)), nil)
		if new(big.Rat).Mul(n, new(big.Rat).SetInt(scale)).IsInt() {
			return d
		}
	}
	return 10
}
