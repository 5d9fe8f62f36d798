import {Icon, type IconName} from './icon'

/** One action in a sheet, as wide as the sheet. */
export function ActionRow({icon, label, onClick}: {icon: IconName; label: string; onClick: () => void}) {
  return (
    <button type="button" class="plain action-row" onClick={onClick}>
      <Icon name={icon} /> {label}
    </button>
  )
}
