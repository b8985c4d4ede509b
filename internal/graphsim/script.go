package graphsim

import (
	"fmt"
	"slices"
	"strings"
)

// ParseScript parses a fault script: one fault per line, comments after #. faults.md lists
// the lines.
func ParseScript(text string) ([]Fault, error) {
	var list []Fault
	number := 0
	for line := range strings.Lines(text) {
		number++
		words, err := splitLine(line)
		if err == nil && len(words) == 0 {
			continue
		}
		var f Fault
		if err == nil {
			f, err = parseLine(words)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		list = append(list, f)
	}
	return list, nil
}

// word is a part of a line, separated by spaces or in quotes.
type word struct {
	text   string
	quoted bool
}

func (w word) String() string {
	if w.quoted {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(w.text) + `"`
	}
	return w.text
}

func printedWords(words []word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.String()
	}
	return strings.Join(texts, " ")
}

func splitLine(line string) (words []word, err error) {
	for {
		line = strings.TrimLeft(line, " \t\r\n")
		if line == "" || line[0] == '#' {
			return words, nil
		}
		var w word
		if line[0] == '"' {
			if w, line, err = quotedWord(line[1:]); err != nil {
				return nil, err
			}
		} else {
			end := strings.IndexAny(line, " \t\r\n#\"")
			if end < 0 {
				end = len(line)
			}
			w, line = word{text: line[:end]}, line[end:]
		}
		words = append(words, w)
	}
}

// quotedWord reads up to the closing quote; \ escapes a quote or itself.
func quotedWord(line string) (w word, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			return word{b.String(), true}, line[i+1:], nil
		case c == '\\' && i+1 < len(line):
			i++
			b.WriteByte(line[i])
		case c == '\n':
		default:
			b.WriteByte(c)
		}
	}
	return word{}, "", fmt.Errorf("a closing quote is missing")
}

// parseLine parses what happens, and then the clauses in any order.
func parseLine(words []word) (Fault, error) {
	form, values, end, miss := longest(forms, words, 0)
	if form == nil {
		return Fault{}, miss
	}
	f := Fault{Times: Always}
	if form.once {
		f.Times = 1
	}
	f.head, f.uncounted = printedWords(words[:end]), !slices.Contains(form.takes, "often")
	if err := form.make(&f, values); err != nil {
		return Fault{}, err
	}
	said := &scriptLine{fault: &f, form: form}
	for end < len(words) {
		clause, values, next, miss := longest(clauses, words, end)
		if clause == nil {
			return Fault{}, miss
		}
		if err := said.add(clause, values, words[end:next]); err != nil {
			return Fault{}, err
		}
		end = next
	}
	return f, said.finish()
}

// scriptLine is a line that is being parsed.
type scriptLine struct {
	fault *Fault
	form  *pattern
	often bool // it says how often
	when  bool // it has conditions
}

func (l *scriptLine) add(clause *pattern, values []any, words []word) error {
	if !slices.Contains(l.form.takes, clause.group) {
		return fmt.Errorf("%q is not allowed after %q", printedWords(words), l.fault.head)
	}
	switch clause.group {
	case "often", "jobs":
		l.often = true
	case "when":
		l.when = true
	}
	if err := clause.make(l.fault, values); err != nil {
		return err
	}
	if !slices.Contains([]string{"often", "jobs", "after"}, clause.group) {
		l.fault.rest = strings.TrimSpace(l.fault.rest + " " + printedWords(words))
	}
	return nil
}

// finish makes a line with a condition or a duration, and without a count, apply as often
// as it matches.
func (l *scriptLine) finish() error {
	f := l.fault
	if !l.often && !f.uncounted && (l.when || f.lasts > 0) {
		f.Times = Always
	}
	if l.form.finish != nil {
		return l.form.finish(f)
	}
	return nil
}

// String returns the fault as a line of a script.
func (f Fault) String() string {
	parts := []string{f.head, f.rest}
	if f.head == "" {
		parts = f.plain()
	}
	if f.After > 0 {
		parts = append(parts, fmt.Sprintf("after %d calls", f.After))
	}
	if !f.uncounted && f.Times > 0 {
		parts = append(parts, howOften(f.Times))
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " ")
}

func howOften(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	case Always:
		return "always"
	}
	return fmt.Sprintf("%d times", n)
}

// jobWords are the script's words for the behaviours of a job.
var jobWords = map[string]string{
	"fail": "job fails", "skip": "job skips", "stall": "job stalls", "unstarted": "job never starts",
	"running100": "job says running at 100% three times", "notready": "job completes but 2601 twice",
}

// plain returns the words for a fault that was not read from a script.
func (f Fault) plain() (parts []string) {
	quote := func(s string) string { return word{s, true}.String() }
	switch {
	case f.Code != 0 || f.Message != "":
		parts = append(parts, fmt.Sprintf("error %d/%d", f.Code, f.Subcode), "saying", quote(f.Message))
	case f.Body != "":
		parts = append(parts, "body", quote(f.Body))
	case f.Cut > 0:
		parts = append(parts, fmt.Sprintf("truncate at %d bytes", f.Cut))
	case f.Drop:
		parts = append(parts, "reset connection")
	case f.Job != "":
		parts = append(parts, jobWords[f.Job])
	default:
		parts = append(parts, "slow "+f.delay().String())
	}
	if f.Status != 0 {
		parts = append(parts, fmt.Sprintf("status %d", f.Status))
	}
	if f.Match != "" {
		parts = append(parts, "on "+quote(f.Match))
	}
	if f.Account != "" {
		parts = append(parts, "on act_"+f.Account)
	}
	return parts
}
