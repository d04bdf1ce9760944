<#
.SYNOPSIS
Installs VEM Music for you alone, without a word of Python.

.DESCRIPTION
A private environment, the wheel in it, the command vem, and then what "vem install all" puts into your editing
programs. No administrator, and -Remove undoes all of it. Runs in Windows PowerShell 5.1 and in PowerShell 7:
powershell -ExecutionPolicy Bypass -File install.ps1

.PARAMETER Wheel
The vem_plugin wheel; default: the one beside this script.

.PARAMETER Into
Where it shall live; default: your data folder.

.PARAMETER NoEditors
Leave DaVinci Resolve, Premiere and your login alone.

.PARAMETER DryRun
Say what would be done, and do nothing.

.PARAMETER Remove
Undo everything, the editing programs first.
#>
[CmdletBinding()]
param(
    [string]$Wheel = '',
    [string]$Into = (Join-Path $env:LOCALAPPDATA 'vem-plugin'),
    [switch]$NoEditors,
    [switch]$DryRun,
    [switch]$Remove
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$Into = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine((Get-Location).Path, $Into))
$Environment = Join-Path $Into 'python'
$Mark = Join-Path $Environment '.made-by-vem-plugin'
$Vem = Join-Path $Environment 'Scripts\vem.exe'
$Commands = Join-Path $Into 'bin'

function Stop-With([string]$Words) {
    [Console]::Error.WriteLine($Words)
    exit 1
}

# The words that start a Python from 3.11 to 3.13: through the launcher, or one in PATH.
function Find-Python {
    $try = @(@('py', '-3.13'), @('py', '-3.12'), @('py', '-3.11'), @('python'), @('python3'))
    $fits = 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
    foreach ($words in $try) {
        if (-not (Get-Command $words[0] -ErrorAction SilentlyContinue)) { continue }
        $more = @($words | Select-Object -Skip 1)
        try {
            & $words[0] @more -c $fits 2>$null | Out-Null
            if ($LASTEXITCODE -eq 0) { return $words }
        } catch {
            continue
        }
    }
    return @()
}

# Stops if SHA256SUMS beside the wheel says that the wheel is another one.
function Test-Checksum([string]$File) {
    $sums = Join-Path (Split-Path -Parent $File) 'SHA256SUMS'
    if (-not (Test-Path -LiteralPath $sums)) {
        Write-Output 'No SHA256SUMS beside the wheel: its checksum was not compared.'
        return
    }
    $name = Split-Path -Leaf $File
    $wanted = ''
    foreach ($line in Get-Content -LiteralPath $sums) {
        $words = $line -split '\s+', 2
        if ($words.Count -eq 2 -and $words[1].TrimStart('*') -eq $name) { $wanted = $words[0] }
    }
    $is = (Get-FileHash -LiteralPath $File -Algorithm SHA256).Hash
    if ($is -ne $wanted) { Stop-With "$name is not the file that SHA256SUMS tells of. Download both anew." }
    Write-Output "The wheel's checksum is right."
}

# Makes the private environment; one that is half made does not stay.
function New-Environment([string[]]$Python) {
    New-Item -ItemType Directory -Force -Path $Into | Out-Null
    if ($Python.Count -gt 0) {
        $more = @($Python | Select-Object -Skip 1)
        & $Python[0] @more -m venv $Environment
    } else {
        & uv venv --quiet --seed --python 3.12 $Environment
    }
    if ($LASTEXITCODE -ne 0) {
        if (Test-Path -LiteralPath $Environment) { Remove-Item -LiteralPath $Environment -Recurse -Force }
        Stop-With 'The private environment could not be made; the lines above say why.'
    }
    Set-Content -LiteralPath $Mark -Value 'made by the installer of vem-plugin, which may remove this folder'
}

# The user's own PATH as a list of folders, as it is written: %NAMES% in it stay names.
function Get-UserPath {
    $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment')
    $path = $key.GetValue('Path', '', [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
    $key.Close()
    return @($path -split ';' | Where-Object { $_ })
}

function Set-UserPath([string[]]$Folders) {
    $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment', $true)
    $key.SetValue('Path', ($Folders -join ';'), [Microsoft.Win32.RegistryValueKind]::ExpandString)
    $key.Close()
    # Clearing a variable that is not there tells running programs to read the environment anew.
    [System.Environment]::SetEnvironmentVariable('VEM_NOT_THERE', $null, 'User')
}

# The command vem in a folder of its own, which joins the user's PATH.
function Add-Command {
    New-Item -ItemType Directory -Force -Path $Commands | Out-Null
    Set-Content -LiteralPath (Join-Path $Commands 'vem.cmd') -Value @('@echo off', ('"' + $Vem + '" %*')) -Encoding ASCII
    $folders = @(Get-UserPath)
    if ($folders -notcontains $Commands) { Set-UserPath ($folders + $Commands) }
}

function Remove-All {
    if (Test-Path -LiteralPath $Vem) {
        & $Vem uninstall all
        if ($LASTEXITCODE -ne 0) { Write-Output 'Not all of it could be undone; the lines above say what and why.' }
    }
    $folders = @(Get-UserPath)
    if ($folders -contains $Commands) { Set-UserPath @($folders | Where-Object { $_ -ne $Commands }) }
    if (-not (Test-Path -LiteralPath $Mark)) {
        Write-Output "Nothing of VEM Music is installed in $Into."
        return
    }
    Remove-Item -LiteralPath $Environment -Recurse -Force
    $command = Join-Path $Commands 'vem.cmd'
    if (Test-Path -LiteralPath $command) { Remove-Item -LiteralPath $command -Force }
    foreach ($folder in @($Commands, $Into)) {
        if ((Test-Path -LiteralPath $folder) -and -not (Get-ChildItem -LiteralPath $folder -Force)) {
            Remove-Item -LiteralPath $folder -Force
        }
    }
    Write-Output 'VEM Music is gone. Your timelines and music stay where they are.'
}

if ($Remove) {
    Remove-All
    exit 0
}

if (-not $Wheel) {
    $beside = @(Get-ChildItem -Path $PSScriptRoot -Filter 'vem_plugin-*.whl' | Sort-Object Name)
    if ($beside.Count -eq 0) {
        Stop-With 'There is no wheel beside this script. Download vem_plugin-....whl to it, or name it: -Wheel FILE'
    }
    $Wheel = $beside[-1].FullName
}
if (-not (Test-Path -LiteralPath $Wheel)) { Stop-With "There is no file $Wheel." }
$Wheel = (Resolve-Path -LiteralPath $Wheel).ProviderPath
$python = @(Find-Python)
$uv = [bool](Get-Command 'uv' -ErrorAction SilentlyContinue)
if ($python.Count -eq 0 -and -not $uv) {
    Stop-With ("This computer has no Python from 3.11 to 3.13. Open python.org/downloads, install Python 3.12 for you " +
        "alone (a double click), and run this again. Or install 'uv' (docs.astral.sh/uv); this script then lets it " +
        "bring Python.")
}
if ((Test-Path -LiteralPath $Environment) -and -not (Test-Path -LiteralPath $Mark)) {
    Stop-With "$Environment is there and not ours. Choose another: -Into FOLDER"
}
Test-Checksum $Wheel

$by = 'Python 3.12, brought by uv'
if ($python.Count -gt 0) { $by = $python -join ' ' }
Write-Output "1. A private environment in $Environment ($by)"
Write-Output "2. $(Split-Path -Leaf $Wheel) and what it needs, into that environment (some hundred megabytes)"
Write-Output "3. The command vem in $Commands, which joins your PATH"
if (-not $NoEditors) { Write-Output '4. vem install all: your editing programs, and the daemon at login' }
if ($DryRun) {
    Write-Output 'Nothing was done (-DryRun).'
    exit 0
}

$fresh = -not (Test-Path -LiteralPath $Environment)
if ($fresh) { New-Environment $python }
& (Join-Path $Environment 'Scripts\python.exe') -m pip install --quiet --disable-pip-version-check --upgrade $Wheel
if ($LASTEXITCODE -ne 0) {
    if ($fresh) { Remove-Item -LiteralPath $Environment -Recurse -Force }
    Stop-With 'The wheel could not be installed; the lines above say why. Nothing else was changed.'
}
Add-Command
& $Vem doctor
if ($LASTEXITCODE -ne 0) { Write-Output 'Something is amiss; the lines above say what, and what to do.' }
if (-not $NoEditors) { & $Vem install all }
Write-Output ''
Write-Output 'Done. Open a new terminal and try: vem score YOUR_TIMELINE.otio --brief "warm, hopeful"'
Write-Output 'To remove it: install.ps1 -Remove'
