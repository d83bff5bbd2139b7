import {DomainField, domainField} from "@web/views/fields/domain/domain_field";
import {DomainSelector} from "@web/core/domain_selector/domain_selector";
import {TreeEditor} from "@web/core/tree_editor/tree_editor";
import {registry} from "@web/core/registry";

/** Calls conditions what they are: a rule is what gives points by them. */
class ConditionEditor extends TreeEditor {
    static template = "website_crm_score.ConditionEditor";
}
ConditionEditor.components = {...TreeEditor.components, TreeEditor: ConditionEditor};

class ConditionSelector extends DomainSelector {
    static components = {...DomainSelector.components, TreeEditor: ConditionEditor};
}

export class ScoreDomainField extends DomainField {
    static components = {...DomainField.components, DomainSelector: ConditionSelector};
}

registry.category("fields").add("score_domain", {
    ...domainField,
    component: ScoreDomainField,
    // The styles of domains, such as their width, go by this class
    additionalClasses: [...(domainField.additionalClasses || []), "o_field_domain"],
});
