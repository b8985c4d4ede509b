package graphsim

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// oddForms are valid answers with unexpected contents.
var oddForms = []pattern{
	{words: "row comes again", once: true, takes: calls, make: func(f *Fault, _ []any) error { return comesAgain(f, nil) }},
	{words: "row comes again with NAME TEXT", once: true, takes: calls, make: func(f *Fault, v []any) error {
		return comesAgain(f, func(row json.RawMessage) json.RawMessage { return setMember(row, v[0].(string), v[1].(string)) })
	}},
	{words: "element TEXT among rows", once: true, takes: calls, make: func(f *Fault, v []any) error {
		f.checks = append(f.checks, func(e *event) bool { return len(e.rows()) > 0 })
		f.change = func(_ *event, a answer) answer {
			if rows, isList := elements(a); isList && len(rows) > 0 {
				return a.holding(slices.Insert(rows, 1, json.RawMessage(v[0].(string))))
			}
			return a
		}
		return nil
	}},
	{words: "element TEXT among actions", once: true, takes: calls, make: func(f *Fault, v []any) error {
		return inserts(f, `"actions":[`, v[0].(string)+",")
	}},
	{words: "half a surrogate in NAME", once: true, takes: calls, make: func(f *Fault, v []any) error { return inserts(f, startOf(v[0]), `\ud83d`) }},
	{words: "control byte in NAME", once: true, takes: calls, make: func(f *Fault, v []any) error { return inserts(f, startOf(v[0]), "\x01") }},
	{words: "cut character in NAME", once: true, takes: calls, make: func(f *Fault, v []any) error { return inserts(f, startOf(v[0]), "\xc3") }},
	{words: "account ACCOUNT is unlisted", takes: []string{"for"}, make: func(f *Fault, v []any) error {
		f.hides = func(k kind, id string) bool { return k.word == accountKind.word && id == v[0] }
		return nil
	}},
	{words: "account ACCOUNT withholds NAME", takes: []string{"for"}, make: func(f *Fault, v []any) error {
		return ofAccount(f, v[0].(string), func(account json.RawMessage) json.RawMessage { return dropMember(account, v[1].(string)) })
	}},
	{words: "account ACCOUNT says NAME TEXT", takes: []string{"for"}, make: func(f *Fault, v []any) error {
		return ofAccount(f, v[0].(string), func(account json.RawMessage) json.RawMessage {
			return setMember(account, v[1].(string), v[2].(string))
		})
	}},
}

// comesAgain repeats the last row of the previous page at the beginning of a page, as in a
// list that grew at its head.
func comesAgain(f *Fault, changed func(json.RawMessage) json.RawMessage) error {
	f.checks = append(f.checks, func(e *event) bool { return e.page > 1 && len(e.rows()) > 0 })
	f.change = func(e *event, a answer) answer {
		rows, isList := elements(a)
		before, isThere := e.rowBefore(a)
		if !isList || !isThere {
			return a
		}
		if changed != nil {
			before = changed(before)
		}
		return a.holding(slices.Insert(rows, 0, before))
	}
	return nil
}

// rowBefore returns the last row of the previous page.
func (e *event) rowBefore(a answer) (json.RawMessage, bool) {
	var page struct {
		Paging struct{ Cursors struct{ Before string } }
	}
	if json.Unmarshal(a.body, &page) != nil || page.Paging.Cursors.Before == "" {
		return nil, false
	}
	c := *e.call
	c.params = maps.Clone(e.call.params)
	c.params.Del("after")
	c.params.Set("before", page.Paging.Cursors.Before)
	c.params.Set("limit", "1")
	rows, isList := elements(e.server.event(&c, e.node, e.name).truth())
	if !isList || len(rows) == 0 {
		return nil, false
	}
	return rows[len(rows)-1], true
}

// inserts inserts bytes after the first occurrence of a text in an answer.
func inserts(f *Fault, behind, text string) error {
	place := []byte(behind)
	f.checks = append(f.checks, func(e *event) bool { return e.call.method == "GET" && bytes.Contains(e.truth().body, place) })
	f.change = func(_ *event, a answer) answer {
		if i := bytes.Index(a.body, place); i >= 0 {
			a.body = slices.Insert(bytes.Clone(a.body), i+len(place), []byte(text)...)
		}
		return a
	}
	return nil
}

// startOf returns the text before the value of a member.
func startOf(name any) string { return `"` + name.(string) + `":"` }

// ofAccount changes an account's node, and its element in the list of accounts.
func ofAccount(f *Fault, digits string, change func(json.RawMessage) json.RawMessage) error {
	isOne := func(e *event) bool { return len(e.call.path) == 1 && e.call.path[0] == "act_"+digits }
	f.checks = append(f.checks, func(e *event) bool {
		return e.call.method == "GET" && (isOne(e) || strings.Join(e.call.path, "/") == "me/adaccounts")
	})
	f.change = func(e *event, a answer) answer {
		if isOne(e) && a.status == 200 {
			a.body = change(a.body)
			return a
		}
		rows, isList := elements(a)
		if !isList {
			return a
		}
		for i, row := range rows {
			var account struct{ ID string }
			if json.Unmarshal(row, &account) == nil && account.ID == "act_"+digits {
				rows[i] = change(row)
			}
		}
		return a.holding(rows)
	}
	return nil
}

// setMember replaces a member of an object.
func setMember(object json.RawMessage, name, text string) json.RawMessage {
	return edited(object, func(members map[string]json.RawMessage) { members[name] = appendString(nil, text) })
}

func dropMember(object json.RawMessage, name string) json.RawMessage {
	return edited(object, func(members map[string]json.RawMessage) { delete(members, name) })
}

func edited(object json.RawMessage, edit func(map[string]json.RawMessage)) json.RawMessage {
	members := map[string]json.RawMessage{}
	if json.Unmarshal(object, &members) != nil {
		return object
	}
	edit(members)
	text, err := json.Marshal(members)
	if err != nil {
		return object
	}
	return text
}
