package api

import (
	"context"
	"time"

	"adtally"
)

func (g sources) remove(ctx context.Context, who Caller, in *struct {
	ByID
	Edit
	Data string `query:"data" enum:"keep,drop" default:"keep" doc:"drop = its tables are dropped once it cannot be restored any more. Objects of others in its dataset stay"`
	Name string `query:"name" maxLength:"200" doc:"Name of the source, as a confirmation. Required if something depends on the source or its tables are dropped"`
},
) (*oneSource, error) {
	if _, err := in.Version(); err != nil {
		return nil, err
	}
	d, err := g.dependentsOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	now := g.Now()
	return g.edit(ctx, who, in.ID, in.Edit, "source.delete", func(s *adtally.SourceRecord) {
		if s.Deleted.IsZero() {
			s.Deleted = now
		}
		s.Drop = in.Data == "drop"
	}, func(s, _ adtally.SourceRecord) error {
		if (in.Data == "drop" || d.any()) && in.Name != s.Name {
			return fieldRefusal{refusal("name_needed", "Something depends on this source, or its tables will be dropped", "Confirm with the name of the source: name="+s.Name), "query.name"}
		}
		return nil
	})
}

func (g sources) restore(ctx context.Context, who Caller, in *struct {
	ByID
	Edit
},
) (*oneSource, error) {
	return g.edit(ctx, who, in.ID, in.Edit, "source.restore", func(s *adtally.SourceRecord) {
		s.Deleted, s.Drop, s.Next = time.Time{}, false, g.Now() // read immediately what it missed
	}, func(s, _ adtally.SourceRecord) error {
		if !s.Deleted.IsZero() && g.Now().Sub(s.Deleted) > adtally.RestorePeriod {
			return refusal("conflict", "The source was deleted more than 30 days ago", "Create a new source; the tables still exist.")
		}
		return nil
	})
}
