package graphsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pattern is the form of a line or a clause: words, with placeholders in capitals.
type pattern struct {
	words  string
	group  string   // of a clause
	takes  []string // of a line: the groups of clauses that may follow
	once   bool     // a line that does not say how often applies once
	make   func(*Fault, []any) error
	finish func(*Fault) error
}

// longest returns the pattern that matches the most words from a position. If none
// matches, the error says what the best one expected next.
func longest(patterns []pattern, words []word, from int) (best *pattern, values []any, end int, miss error) {
	reached, wanted := from, []string{}
	for i := range patterns {
		got, at, want := patterns[i].match(words, from)
		switch {
		case want == "" && (best == nil || at > end):
			best, values, end = &patterns[i], got, at
		case want != "" && at > reached:
			reached, wanted = at, []string{want}
		case want != "" && at == reached && !slices.Contains(wanted, want):
			wanted = append(wanted, want)
		}
	}
	if best != nil {
		return best, values, end, nil
	}
	found := "the line ended"
	if reached < len(words) {
		found = strconv.Quote(words[reached].text) + " was found"
	}
	before := ""
	if reached > 0 {
		before = fmt.Sprintf(" after %q", printedWords(words[:reached]))
	}
	slices.Sort(wanted)
	return nil, nil, from, fmt.Errorf("expected %s%s, but %s", strings.Join(wanted, " or "), before, found)
}

// match parses the pattern; want is what it expected if it did not match.
func (p *pattern) match(words []word, from int) (values []any, at int, want string) {
	at = from
	for part := range strings.FieldsSeq(p.words) {
		b, isBlank := blanks[part]
		switch {
		case isBlank:
			value, used := b.read(words[at:])
			if used == 0 {
				return nil, at, b.want
			}
			values, at = append(values, value), at+used
		case at == len(words) || words[at].quoted || words[at].text != part:
			return nil, at, part
		default:
			at++
		}
	}
	return values, at, ""
}

// blank is a placeholder. Its reader returns the number of words it used, or 0 if they do not fit.
type blank struct {
	want string
	read func([]word) (value any, used int)
}

var blanks = map[string]blank{
	"NUMBER":   one("a number", readNumber),
	"PERCENT":  one("a percentage such as 80%", readPercent),
	"CODE":     one("a code such as 190 or 190/463", readCode),
	"DURATION": one("a duration such as 30m", readDuration),
	"DATE":     one("a day such as 2026-05-03", readDay),
	"ID":       one("an id", readID),
	"ACCOUNT":  one("an account such as act_1", readAccount),
	"NAME":     one("a name", readName),
	"VERSION":  one("a version such as v25.0", readVersion),
	"TEXT":     {"a text in quotes", readText},
	"COUNT":    {"once, twice or 3 times", readCount},
	"TARGET":   {"a call such as GET act/insights or insights", readTarget},
	"USE":      among(uses...),
	"TIER":     among("limited", "full"),
	"LEVEL":    among("account", "campaign", "adset", "ad"),
	"KIND":     among("campaign", "adset", "ad", "adcreative"),
	"STATUS":   among("archived", "deleted"),
}

// one is a placeholder for one unquoted word.
func one(want string, read func(string) (any, bool)) blank {
	return blank{want, func(words []word) (any, int) {
		if len(words) == 0 || words[0].quoted {
			return nil, 0
		}
		value, isOne := read(words[0].text)
		if !isOne {
			return nil, 0
		}
		return value, 1
	}}
}

func among(names ...string) blank {
	want := strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
	return one(want, func(text string) (any, bool) { return text, slices.Contains(names, text) })
}

func readNumber(text string) (any, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n < 1e12
}

func readPercent(text string) (any, bool) {
	number, isPercent := strings.CutSuffix(text, "%")
	x, err := strconv.ParseFloat(number, 64)
	return x, isPercent && err == nil && x >= 0 && x <= 1000
}

func readCode(text string) (any, bool) {
	code, sub, hasSub := strings.Cut(text, "/")
	n, err := strconv.Atoi(code)
	if err != nil {
		return nil, false
	}
	r := refusal{Code: n}
	if hasSub {
		r.Subcode, err = strconv.Atoi(sub)
	}
	return r, err == nil && r.Subcode >= 0
}

func readDuration(text string) (any, bool) {
	d, err := time.ParseDuration(text)
	return d, err == nil && d > 0
}

func readDay(text string) (any, bool) {
	t, err := time.Parse(time.DateOnly, text)
	return dateOf(t), err == nil
}

func readID(text string) (any, bool) {
	return text, strings.Trim(text, "0123456789abcdef:") == ""
}

func readAccount(text string) (any, bool) {
	digits, isAccount := strings.CutPrefix(text, "act_")
	return digits, isAccount && digits != "" && strings.Trim(digits, "0123456789") == ""
}

func readName(text string) (any, bool) {
	return text, strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == ""
}

func readVersion(text string) (any, bool) { return text, versionPath.MatchString(text) }

func readText(words []word) (any, int) {
	if len(words) == 0 || !words[0].quoted {
		return nil, 0
	}
	return words[0].text, 1
}

var numberWords = []string{"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}

func readCount(words []word) (any, int) {
	if len(words) == 0 || words[0].quoted {
		return nil, 0
	}
	switch words[0].text {
	case "once":
		return 1, 1
	case "twice":
		return 2, 1
	}
	if len(words) < 2 || words[1].text != "times" {
		return nil, 0
	}
	if n := slices.Index(numberWords, words[0].text); n > 0 {
		return n, 2
	}
	n, isNumber := readNumber(words[0].text)
	if !isNumber || n == 0 {
		return nil, 0
	}
	return n, 2
}

// readTarget parses a call's name or the end of one.
func readTarget(words []word) (any, int) {
	if len(words) == 0 {
		return nil, 0
	}
	first := words[0].text
	if words[0].quoted || first != "GET" && first != "POST" {
		return first, isCall(first)
	}
	if len(words) == 1 || words[1].quoted {
		return nil, 0
	}
	name := first + " " + words[1].text
	return name, 2 * isCall(name)
}

// isCall returns 1 if match can be the name of a call, so that a typing error is not
// accepted as a fault that never applies.
func isCall(match string) int {
	method, path, hasMethod := strings.Cut(match, " ")
	if !hasMethod {
		path = method
	}
	for part := range strings.SplitSeq(path, "/") {
		isWord := slices.ContainsFunc(append(objectKinds, accountKind, runKind), func(k kind) bool { return k.word == part })
		isOther := slices.Contains([]string{"*", "me", "object", "insights", "debug_token", "oauth", "access_token", "permissions"}, part)
		if !isWord && !isOther && !known["edges"][part] {
			return 0
		}
	}
	return 1
}
