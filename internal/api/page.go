package api

import (
	"adtally"
)

// Pages is the part of an input that asks for a page of a list.
type Pages struct {
	Cursor string `query:"cursor" maxLength:"1000" doc:"Cursor of the page, from next of the page before; absent = the first page"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Maximum number of items"`
}

// listed is a page of a list, as an output.
type listed[T any] struct {
	Body struct {
		Items []T    `json:"items" nullable:"false" doc:"Items of the page"`
		Next  string `json:"next,omitempty" doc:"Cursor of the next page; absent on the last page"`
	}
}

// resume reads the position from a cursor. list includes the filters, so that a cursor
// is rejected with other filters.
func (s *shell) resume(list string, p Pages, place any) error {
	if p.Cursor == "" || s.seal.open("cursor "+list, p.Cursor, place) {
		return nil
	}
	return fieldRefusal{refusal("bad_cursor", "This cursor does not belong to this list",
		"Start without a cursor, and keep the filters the same for all pages."), "query.cursor"}
}

// page builds a page from up to limit+1 items; the extra item says that another page
// follows.
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

// newest reads a page of a list that is ordered by creation, newest first.
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
