-- First days that have come are found by their date.
CREATE INDEX hire_entries_start ON hire_entries (start_date) WHERE kind = 'hired';
-- General applications, which no requisition leads to.
CREATE INDEX application_assignments_general ON application_assignments (application_id)
    WHERE requisition_id IS NULL;
-- Interviews are found by their application.
CREATE INDEX interviews_application ON interviews (application_id);
