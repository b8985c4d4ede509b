package api

import (
	"adtally"
)

// Pages is the part of an input that asks for a page of a list.
type Pages struct {
	Cursor string `query:"cursor" maxLength:"1000" doc:"Where to read on: what the page before called next"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most"`
}

// listed is a page of a list, as an output.
type listed[T any] struct {
	Body struct {
		Items []T    `json:"items" nullable:"false"`
		Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent at the end"`
	}
}

// resume reads where a list was left, if it was. The list is named by whatever
// else was asked, so that a cursor fits no other question.
func (s *shell) resume(list string, p Pages, place any) error {
	if p.Cursor == "" || s.seal.open("cursor "+list, p.Cursor, place) {
		return nil
	}
	return fieldRefusal{refusal("bad_cursor", "This cursor belongs to no page of this list",
		"Begin again without it, and ask each page for the same."), "query.cursor"}
}

// page makes a page of one item more than was asked for, which says that there
// is another page.
func page[T, U any](s *shell, list string, p Pages, all []T, show func(T) U, place func(T) any) (*listed[U], error) {
	out := &listed[U]{}
	out.Body.Items = make([]U, 0, len(all))
	for i, one := range all {
		if i == p.Limit {
			next, err := s.seal.close("cursor "+list, place(all[i-1]))
			out.Body.Next = next
			return out, err
		}
		out.Body.Items = append(out.Body.Items, show(one))
	}
	return out, nil
}

// newest reads a page of a list that is ordered by when things were made.
func newest[T, U any](s *shell, list string, p Pages, read func(before adtally.PagePosition, limit int) ([]T, error), show func(T) U, place func(T) adtally.PagePosition) (*listed[U], error) {
	var before adtally.PagePosition
	if err := s.resume(list, p, &before); err != nil {
		return nil, err
	}
	all, err := read(before, p.Limit+1)
	if err != nil {
		return nil, err
	}
	return page(s, list, p, all, show, func(one T) any { return place(one) })
}
